"""Strudel's door: JSON and OSC over a real WebSocket, and pages that are not let in."""

import json
import logging
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from osc_client import UdpClient, eventually, message
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.control.osc.server import OscOptions, OscServer


@pytest.fixture
def server(instrument):
    options = OscOptions(websocket=0, origins=("https://strudel.example/",))
    server = OscServer(instrument, "127.0.0.1:0", options=options)
    yield server
    server.close()


@pytest.fixture
def open_page(server):
    url = f"ws://127.0.0.1:{server.websocket[1]}"
    with ExitStack() as opened:
        yield lambda origin=None: opened.enter_context(connect(url, origin=origin, close_timeout=1))


def settle(page):
    page.send(json.dumps({"address": "/ping", "args": ["settle"]}))
    while json.loads(page.recv(timeout=5))["address"] != "/pong":
        pass


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://strudel.cc",
        "http://localhost:4321",
        "http://127.0.0.1",
        "https://localhost:8443",
        "https://strudel.example",
    ],
)
def test_a_page_that_may_play_plays(open_page, instrument, origin):
    page = open_page(origin)
    stamp = (time.time() + 1.0) * 1e3
    page.send(json.dumps({"address": "/hit", "args": ["kick", 0.5], "timestamp": stamp}))
    settle(page)
    ((event, _, due_ns),) = instrument.posted
    assert event == Hit(0, 0.5)
    assert due_ns - time.monotonic_ns() == pytest.approx(1e9, abs=0.5e9)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://strudel.cc.evil.example",
        "http://strudel.cc",
        "http://localhost.evil.example",
        "null",
        "file://",
    ],
)
def test_a_page_from_elsewhere_is_refused_with_a_line_that_names_the_option(
    open_page, instrument, caplog, origin
):
    with pytest.raises(InvalidStatus) as refused:
        open_page(origin)
    assert refused.value.response.status_code == 403
    assert origin in caplog.text
    assert f"--allow-origin {origin}" in caplog.text
    assert len(caplog.records) == 1
    assert instrument.posted == []


def test_osc_bytes_are_played_and_answered_in_osc_bytes(open_page, instrument):
    page = open_page()
    page.send(message("/hit/kick", 0.5))
    page.send(message("/ping", 7))
    (answer,) = decode(page.recv(timeout=5)).messages
    assert answer.address == "/pong"
    assert answer.args[0] == 7
    assert instrument.events == [Hit(0, 0.5)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 20_000,
        '{"address": 1}',
        '{"address": ""}',
        '{"address": "/x", "args": {}}',
        '{"address": "/hit/kick", "port": [1]}',
        '{"address": "/hit/kick", "port": 7000}',
    ],
)
def test_a_text_that_is_nothing_ends_nothing(open_page, server, instrument, text):
    page = open_page()
    page.send(text)
    settle(page)
    page.send(json.dumps({"address": "/hit/kick", "args": []}))
    settle(page)
    assert instrument.events == [Hit(0, 1.0)]
    assert server.routes.counters["malformed"] == 1
    assert server.routes.counters["failed"] == 0


def test_a_frame_beyond_a_datagrams_size_closes_that_page_only(open_page, instrument):
    mad, sane = open_page(), open_page()
    mad.send("x" * 70_000)
    settle(sane)
    sane.send(json.dumps({"address": "/hit/kick", "args": []}))
    settle(sane)
    assert instrument.events == [Hit(0, 1.0)]


def test_a_page_that_is_hung_up_on_and_keeps_its_end_open_holds_up_no_end(server, instrument):
    with socket.create_connection(server.websocket, timeout=5) as page:
        page.sendall(
            b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b" 101 " in page.recv(1000)
        page.sendall(b"\x81\xff" + (2**62).to_bytes(8, "big"))  # a frame beyond all bounds
        assert page.recv(1000)[:1] == b"\x88"  # its answer is a close, and ours never comes
        ending = threading.Thread(target=server.close, daemon=True)
        ending.start()
        ending.join(5)
        assert not ending.is_alive()


def test_what_is_no_websocket_is_turned_away_in_silence(server, instrument, caplog):
    caplog.set_level(logging.INFO)
    with socket.create_connection(server.websocket, timeout=5) as other:
        other.sendall(b"/hit/kick\0\0\0,\0\0\0\r\n\r\n")
        while other.recv(1000):
            pass
    client = UdpClient(server.address)
    client.settle()
    client.socket.close()
    assert caplog.records == []


def test_a_page_too_many_is_turned_away(open_page, server, monkeypatch):
    monkeypatch.setattr("astrodrum_live.control.osc.websocket.MAX_PEERS", 1)
    page = open_page()
    settle(page)
    with pytest.raises(InvalidStatus) as refused:
        open_page()
    assert refused.value.response.status_code == 503
    page.close()
    eventually(lambda: reconnects(open_page))


def reconnects(open_page):
    try:
        settle(open_page())
    except InvalidStatus:
        return False
    return True


def test_a_taken_port_is_one_line_and_the_rest_goes_on(server, instrument):
    second = OscServer(instrument, "127.0.0.1:0", options=OscOptions(websocket=server.websocket[1]))
    client = UdpClient(second.address)
    client.settle()
    client.socket.close()
    second.close()
    (line,) = [notice for notice in second.notices if "WebSocket" in notice]
    assert f"{server.websocket[1]}" in line
    assert "going on without it" in line
    assert second.websocket is None
