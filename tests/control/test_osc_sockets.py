"""OSC over a real loopback socket."""

import random
import struct
import time

import pytest
from osc_client import UdpClient

from astrodrum_live.control.events import Hit
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.osc.server import OscPortError, OscServer, parse_endpoint
from astrodrum_live.params import PAD_PARAMS


@pytest.fixture
def server(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    yield server
    server.close()


@pytest.fixture
def client(server):
    client = UdpClient(server.address)
    yield client
    client.socket.close()


def test_a_hit_arrives_with_the_time_it_came(client, instrument):
    before = time.monotonic_ns()
    client.send("/hit", "kick", 0.5)
    client.settle()
    ((event, arrival_ns, due_ns),) = instrument.posted
    assert event == Hit(0, 0.5)
    assert due_ns is None
    assert before - 50_000_000 < arrival_ns < time.monotonic_ns()


def test_a_time_tag_is_a_due_time_and_nobody_waits_for_it(client, instrument):
    asked, unix = time.monotonic_ns(), time.time()
    client.send_at(unix + 1.5, "/hit/kick")
    client.send("/p/kick/gain", -3.0)
    client.settle()
    assert time.monotonic_ns() - asked < 1_000_000_000
    assert instrument.events == [Hit(0, 1.0), Turn(0, "gain", -3.0)]
    assert instrument.posted[0][2] - asked == pytest.approx(1.5e9, abs=50e6)


def test_hopelessly_late_hits_are_dropped_and_late_faders_are_not(client, server, instrument):
    client.send_at(time.time() - 1.0, "/hit/kick")
    assert client.receive()[0][2] == "late"
    client.send_at(time.time() - 1.0, "/p/kick/pan", 0.5)
    client.send_at(time.time() - 0.1, "/hit/snare")
    client.settle()
    assert instrument.events == [Turn(0, "pan", 0.5), Hit(1, 1.0)]
    assert server.figures()["late"] == 3
    assert server.figures()["late_max_ms"] >= 1000


def test_every_row_goes_over_the_wire_and_back(client):
    for row in PAD_PARAMS:
        value = row.from_unit(0.7)
        client.send(f"/p/snare/{row.name}", float(value))
        client.send("/get", f"/p/snare/{row.name}")
        ((address, told),) = client.receive()
        assert address == f"/p/snare/{row.name}"
        assert told == pytest.approx(value, rel=1e-6)


def test_sync_comes_whole(client):
    client.send("/sync")
    values = {}
    while "/sync/done" not in values:
        values |= {message[0]: message[1] for message in client.receive()}
    assert len(values) == values["/sync/done"] + 1


def test_garbage_does_not_end_the_thread(client, server, instrument):
    dice = random.Random(1)
    for _ in range(300):
        client.send_bytes(dice.randbytes(dice.randrange(60)))
        client.send_bytes(b"/hit\0\0\0\0," + dice.randbytes(12))
    client.send_bytes(b"/ping\0\0\0,t\0\0" + struct.pack(">II", 1, 2))  # cannot be sent back
    client.settle()
    assert server.routes.counters["malformed"] > 100
    assert server.routes.counters["failed"] == 0


def test_noise_is_one_counted_line_in_letters_for_each_way_of_being_wrong(client, server, caplog):
    for number in range(50):
        client.send_bytes(bytes([200, 201, 65 + number % 26, 0]) + random.randbytes(20))
        client.send_bytes(b"/noise%04d\0\0x" % number)
    client.settle()
    assert server.routes.counters["malformed"] >= 100
    assert len(caplog.records) == 2
    assert "is not OSC: it does not begin with an address" in caplog.text
    assert "/noise0000 has no type tags" in caplog.text
    assert "\ufffd" not in caplog.text


def test_a_message_that_fails_is_logged_and_the_next_one_plays(client, server, instrument, caplog):
    instrument.stats = lambda: 1 / 0
    client.send("/stats")
    client.send("/hit/kick")
    client.settle()
    assert instrument.events == [Hit(0, 1.0)]
    assert server.routes.counters["failed"] == 1
    assert "OSC /stats failed" in caplog.text


def test_a_clock_far_ahead_is_replaced_and_told_once(client, server, instrument, caplog):
    for _ in range(3):
        client.send_at(time.time() + 100, "/hit/kick")
    client.settle()
    lead = instrument.posted[0][2] - instrument.posted[0][1]
    assert 199e6 < lead < 5e9  # from when it was read, and that may be a while after it came
    assert server.figures()["clock_problem"] == 3
    assert caplog.text.count("far ahead") == 1


def test_a_burst_while_nobody_reads_is_not_lost(instrument, monkeypatch):
    server = OscServer(instrument, "127.0.0.1:0")
    handle = server.routes.handle
    monkeypatch.setattr(
        server.routes,
        "handle",
        lambda *args: (time.sleep(0.2 * (not instrument.posted)), handle(*args))[1],
    )
    client = UdpClient(server.address)
    for _ in range(200):
        client.send("/hit/kick")
    client.settle()
    assert len(instrument.posted) + server.figures()["dropped_by_kernel"] == 200
    client.socket.close()
    server.close()


def test_a_taken_port_is_told_in_words(server, instrument):
    host, port = server.address
    with pytest.raises(OscPortError, match=rf"{host}:{port}.*--osc HOST:PORT"):
        OscServer(instrument, f"{host}:{port}")


def test_a_closed_server_frees_its_port(instrument):
    first = OscServer(instrument, "127.0.0.1:0")
    host, port = first.address
    first.close()
    OscServer(instrument, f"{host}:{port}").close()


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("127.0.0.1:57130", ("127.0.0.1", 57130)),
        ("0.0.0.0:9", ("0.0.0.0", 9)),
        (":9000", ("127.0.0.1", 9000)),
        ("9000", ("127.0.0.1", 9000)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_an_endpoint_is_host_and_port(text, endpoint):
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["", "localhost", "localhost:", "localhost:70000", "a:b"])
def test_what_is_no_endpoint_is_refused(text):
    with pytest.raises(OscPortError, match="HOST:PORT"):
        parse_endpoint(text)


def test_a_host_that_is_not_ours_is_told(instrument):
    with pytest.raises(OscPortError, match=r"cannot listen on 192\.0\.2\.1"):
        OscServer(instrument, "192.0.2.1:57130")
