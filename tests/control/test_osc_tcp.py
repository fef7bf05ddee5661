"""OSC over TCP: both framings, and peers that are slow, silent or mad."""

import socket
from contextlib import suppress

import pytest
from osc_client import TcpClient, UdpClient, eventually, message

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc import tcp
from astrodrum_live.control.osc.framing import LengthPrefix, Slip
from astrodrum_live.control.osc.server import OscServer

FRAMINGS = [LengthPrefix, Slip]


@pytest.fixture
def server(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    if server.notices:
        pytest.skip(f"another program has this number over TCP: {server.notices}")
    yield server
    server.close()


@pytest.fixture
def connect(server):
    opened = []

    def to_server(framing=LengthPrefix):
        opened.append(TcpClient(server.address, framing()))
        return opened[-1]

    yield to_server
    for client in opened:
        client.socket.close()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_peer_plays_and_is_answered_in_its_own_framing(connect, instrument, framing):
    client = connect(framing)
    client.send("/hit", "kick", 0.5)
    client.send("/ping", 0xC0, "x")
    assert client.receive()[0][:3] == ("/pong", 0xC0, "x")
    assert instrument.events == [Hit(0, 0.5)]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_message_in_single_bytes_is_one_message(connect, instrument, framing):
    client = connect(framing)
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in client.framing.wrap(b"/hit/kick\0\0\0,\0\0\0"):
        client.socket.sendall(bytes([byte]))
    client.send("/ping")
    client.receive()
    assert instrument.events == [Hit(0, 1.0)]


def test_long_answers_come_whole(connect):
    client = connect(Slip)
    client.send("/sync")
    values = {}
    while "/sync/done" not in values:
        values |= {answer[0]: answer[1] for answer in client.receive()}
    assert len(values) == values["/sync/done"] + 1


@pytest.mark.parametrize(
    ("garbage", "words"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "neither with a packet's length nor with SLIP"),
        (b"\0\xff\xff\xff/hit", "claims 16777215 bytes"),
        (b"\xc0" + b"x" * 140_000, "longer than 65536"),
    ],
)
def test_garbage_is_hung_up_on_with_a_line_and_others_play_on(
    connect, instrument, caplog, garbage, words
):
    mad, sane = connect(), connect()
    mad.socket.sendall(garbage)
    assert mad.hung_up()
    assert words in caplog.text
    sane.send("/hit/kick")
    sane.send("/ping")
    sane.receive()
    assert instrument.events == [Hit(0, 1.0)]


def test_noise_in_good_frames_ends_nothing(connect, instrument):
    client = connect()
    for _ in range(50):
        client.socket.sendall(client.framing.wrap(b"\xff\xfe noise"))
    client.send("/hit/kick")
    client.send("/ping")
    client.receive()
    assert instrument.events == [Hit(0, 1.0)]


def test_of_too_many_peers_the_longest_silent_goes(connect, server, caplog, monkeypatch):
    monkeypatch.setattr(tcp, "MAX_PEERS", 3)
    silent, *others = [connect() for _ in range(3)]
    for client in others:
        client.send("/ping")
        client.receive()
    late = connect()
    late.send("/ping")
    assert late.receive()[0][0] == "/pong"
    assert silent.hung_up()
    assert "silent longest" in caplog.text
    for client in others:
        client.send("/ping")
        assert client.receive()[0][0] == "/pong"


def test_a_peer_that_does_not_read_is_hung_up_on_and_keeps_nobody_waiting(
    connect, server, caplog, monkeypatch
):
    monkeypatch.setattr(tcp, "MAX_UNREAD", 100_000)
    deaf = connect()
    question = message("/ping", "x" * 60_000)
    for _ in range(200):  # 12 MB of answers: more than the kernel keeps for a peer
        with suppress(OSError):
            deaf.socket.sendall(deaf.framing.wrap(question))
    other = UdpClient(server.address)
    other.settle()
    eventually(lambda: "does not read its replies" in caplog.text)
    other.settle()
    other.socket.close()


def test_a_closed_server_hangs_up_and_frees_the_port(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    host, port = server.address
    client = TcpClient(server.address, LengthPrefix())
    client.send("/ping")
    client.receive()
    server.close()
    assert client.hung_up()
    client.socket.close()
    again = OscServer(instrument, f"{host}:{port}")
    again.close()
    assert again.notices == []
