"""The ports together: SuperDirt's beside ours, one order for all, floods, noise, Tidal's hello."""

import dataclasses
import json
import math
import random
import socket
import sys
import threading
import time

import pytest
from osc_client import TcpClient, UdpClient, eventually, message
from websockets.sync.client import connect

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc import server as server_module
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.framing import Slip
from astrodrum_live.control.osc.inbox import Inbox
from astrodrum_live.control.osc.packet import OscPacket, decode
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.server import OscOptions, OscServer


@pytest.fixture
def open_server(instrument):
    opened = []

    def at(endpoint="127.0.0.1:0", **options):
        opened.append(OscServer(instrument, endpoint, options=OscOptions(**options)))
        return opened[-1]

    yield at
    for server in opened:
        server.close()


@pytest.fixture
def talk():
    opened = []

    def to(address):
        opened.append(UdpClient(address))
        return opened[-1]

    yield to
    for client in opened:
        client.socket.close()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_superdirts_port_is_held_where_it_is_free_and_that_is_told(open_server, talk, instrument):
    port = free_port()
    server = open_server(dirt=port)
    client = talk(("127.0.0.1", port))
    client.send("/hit/kick")
    client.settle()
    assert instrument.events == [Hit(0, 1.0)]
    (line,) = [notice for notice in server.notices if str(port) in notice]
    assert "SuperDirt, which cannot start meanwhile (--no-dirt leaves it the port)" in line


def test_where_it_is_taken_one_line_says_how_to_boot_tidal(open_server, talk, instrument):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as superdirt:
        superdirt.bind(("127.0.0.1", 0))
        port = superdirt.getsockname()[1]
        server = open_server(dirt=port)
    (line,) = [notice for notice in server.notices if f"port {port} is taken" in notice]
    assert f"oPort = {server.address[1]}, oBusPort = Just {server.address[1]}" in line
    assert "[superdirtShape]" in line
    assert "\n" not in line
    client = talk(server.address)
    client.send("/hit/kick")
    client.settle()
    assert instrument.events == [Hit(0, 1.0)]


def test_a_reply_leaves_from_the_socket_its_question_came_to(open_server, talk):
    server = open_server(dirt=free_port())
    client = talk(server.address)
    for port in (server._udp[0].address, server._udp[1].address):
        client.socket.sendto(message("/ping", 1), port)
        assert client.socket.recvfrom(1000)[1] == port


def test_a_change_is_pushed_through_the_door_its_subscriber_came_by(open_server, talk):
    server = open_server(websocket=0)
    if server._tcp is None:
        pytest.skip("another program has this number over TCP")
    stream = TcpClient(server.address, Slip())
    stream.send("/sub", "/p/kick/gain")
    assert stream.receive()[0][0] == "/sub/done"
    with connect(f"ws://127.0.0.1:{server.websocket[1]}", close_timeout=1) as page:
        page.send(json.dumps({"address": "/sub", "args": ["/p/kick/gain"]}))
        assert json.loads(page.recv(timeout=5))["address"] == "/sub/done"
        talk(server.address).send("/p/kick/gain", -3.0)
        assert stream.receive() == [("/p/kick/gain", -3.0)]
        told = {"address": "/p/kick/gain", "args": [-3.0]}
        assert json.loads(page.recv(timeout=5)) == told
    stream.socket.close()


def test_a_running_tidal_is_asked_for_its_handshake(open_server, talk, monkeypatch):
    tidal = talk(("127.0.0.1", 9))
    monkeypatch.setattr(server_module, "TIDAL", tidal.socket.getsockname())
    server = open_server(dirt=free_port(), hello=True)
    data, came_from = tidal.socket.recvfrom(1000)
    assert decode(data).messages[0].address == "/dirt/hello"
    assert came_from == server._udp[1].address  # Tidal answers to where it came from


def test_any_interface_is_told_with_what_it_means(open_server):
    server = open_server("0.0.0.0:0")
    (line,) = server.notices
    assert "anybody who reaches port" in line
    assert open_server("127.0.0.1:0").notices == []


def test_all_doors_are_handled_one_at_a_time_in_the_order_of_arrival(open_server, talk, instrument):
    server = open_server(dirt=free_port(), websocket=0)
    if server._tcp is None:
        pytest.skip("another program has this number over TCP")
    ours, dirt = talk(server.address), talk(server._udp[1].address)
    stream = TcpClient(server.address, Slip())
    with connect(f"ws://127.0.0.1:{server.websocket[1]}", close_timeout=1) as page:
        for _ in range(5):
            for pad, send in enumerate(
                (
                    lambda pad: ours.send("/hit", pad),
                    lambda pad: dirt.send("/hit", pad),
                    lambda pad: stream.send("/hit", pad),
                    lambda pad: page.send(json.dumps({"address": "/hit", "args": [pad]})),
                )
            ):
                count = len(instrument.posted)
                send(pad)
                eventually(lambda count=count: len(instrument.posted) > count)
    stream.socket.close()
    assert [event.pad for event in instrument.events] == [0, 1, 2, 3] * 5
    arrivals = [arrival_ns for _, arrival_ns, _ in instrument.posted]
    assert arrivals == sorted(arrivals)


def test_a_stroke_is_handled_by_the_thread_it_comes_on_and_a_question_is_not(
    open_server, talk, instrument
):
    server = open_server()
    client, names = talk(server.address), []
    post, info = instrument.post, instrument.info

    def seen(done, *args):
        names.append(threading.current_thread().name)
        return done(*args)

    instrument.post = lambda *args: seen(post, *args)
    instrument.info = lambda: seen(info)
    for address, *args in (("/hit/kick", 0.5), ("/p/kick/gain", -3.0)):
        names.clear()

        def carried(address=address, args=args):
            client.send(address, *args)  # now and then the other thread has just a look around
            client.settle()
            return f"osc-udp-{server.address[1]}" in names

        eventually(carried)
    names.clear()
    client.send("/info")
    client.settle()
    assert names == ["astrodrum-osc"]


def test_what_comes_behind_a_question_does_not_pass_it(open_server, talk, instrument):
    server = open_server()
    client, order = talk(server.address), []
    begun, go_on = threading.Event(), threading.Event()
    info, post = instrument.info, instrument.post

    def slowly():
        begun.set()
        assert go_on.wait(5)
        order.append("info")
        return info()

    instrument.info = slowly
    instrument.post = lambda *args: (order.append("hit"), post(*args))
    client.send("/info")
    assert begun.wait(5)
    for _ in range(3):
        client.send("/hit/kick", 0.5)
    eventually(lambda: len(server._inbox._waiting) == 3)  # taken in, and not handled
    assert order == []
    go_on.set()
    client.settle()
    assert order == ["info", "hit", "hit", "hit"]


@pytest.mark.parametrize("velocity", [-1.0, 0.0, 1e-9, 0.5, 1.0, 1.0005, 2.0, 64.0, math.nan])
@pytest.mark.parametrize("args", [("/hit/snare",), ("/hit", "snare"), ("/hit", 1)])
def test_a_stroke_known_by_its_bytes_does_what_the_long_way_does(instrument, args, velocity):
    datagram = message(*args, velocity)
    packet = decode(datagram)
    long, short = OscRoutes(instrument), OscRoutes(instrument)
    long.handle(packet.messages[0], ("127.0.0.1", 1), 77, Due(None))
    expected = instrument.posted.copy()
    instrument.posted.clear()
    done = short.strike(datagram, 77)
    assert instrument.posted == (expected if done else [])
    assert done == (0.0 < velocity <= 1.0)
    assert not done or short.counters == long.counters


def test_a_stroke_is_not_known_by_its_bytes_once_another_kit_plays(instrument, default_kit):
    routes = OscRoutes(instrument)
    datagram = message("/hit/kick", 0.5)
    assert routes.strike(datagram, 1)
    instrument.patch = dataclasses.replace(default_kit)
    assert not routes.strike(datagram, 1)  # a pad of that name may be another's number
    routes.monitor.watched = True
    assert not routes.strike(datagram, 1)


def test_a_flood_while_the_handler_stands_still_is_not_lost(open_server, talk, instrument):
    """A thousand a second for three seconds, and half a second in which nothing is handled."""
    server = open_server()
    client = talk(server.address)
    handle, stalled = server.routes.handle, []

    def stall_once(*args):
        if len(instrument.posted) >= 500 and not stalled:
            stalled.append(time.sleep(0.5))
        return handle(*args)

    server.routes.handle = stall_once
    began, data = time.monotonic(), message("/hit", "kick", 0.5)
    for number in range(3000):
        while time.monotonic() < began + number * 1e-3:
            time.sleep(0.0005)
        client.send_bytes(data)
    client.settle()
    assert stalled
    assert len(instrument.posted) == 3000
    assert server.figures()["dropped_by_kernel"] == server.figures()["dropped_full"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what it drops")
def test_what_the_kernel_drops_is_counted_and_told_once_in_words(
    open_server, talk, instrument, monkeypatch, caplog
):
    monkeypatch.setattr("astrodrum_live.control.osc.udp.RECEIVE_BUFFER", 4096)
    server = open_server()
    client = talk(server.address)
    data = message("/hit", "kick", 0.5)
    read, stall_s = server._inbox.arrived, [0.3]
    server._inbox.arrived = lambda *args: (time.sleep(stall_s.pop() if stall_s else 0), read(*args))
    for _ in range(2000):
        client.send_bytes(data)
    eventually(lambda: still(lambda: len(instrument.posted)))
    client.settle()  # with it comes the kernel's count
    dropped = server.figures()["dropped_by_kernel"]
    assert dropped > 0
    assert len(instrument.posted) + dropped == 2000
    eventually(lambda: f"{dropped} messages were lost" in caplog.text)
    assert caplog.text.count("were lost") == 1


def test_a_full_inbox_loses_the_newest_and_counts():
    inbox = Inbox(capacity=3)
    for number in range(5):
        inbox.arrived(OscPacket(), ("a", number), print)
    assert inbox.lost == 2
    assert [inbox.pop().peer[1] for _ in range(3)] == [0, 1, 2]
    assert inbox.peek() is None


def test_stats_tell_what_came_late_and_what_was_lost(open_server, talk):
    client = talk(open_server().address)
    client.send_at(time.time() - 0.1, "/hit/kick")
    client.send("/stats")
    ((_, *pairs),) = client.receive()
    told = dict(zip(pairs[::2], pairs[1::2], strict=True))
    assert told["osc_late"] == 1
    assert told["osc_late_p95_ms"] == told["osc_late_max_ms"] == pytest.approx(100, abs=90)
    assert told["osc_dropped_by_kernel"] == told["osc_dropped_full"] == 0
    assert told["osc_received"] == 2


def still(count):
    """Whether something has begun, and does not grow any more."""
    before = count()
    time.sleep(0.1)
    return before > 0 and count() == before


def mutated(dice, seeds):
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data))
        data[at] = dice.choice((0, 1, 44, 47, 0x7F, 0xFF, dice.randrange(256)))
    return bytes(data[: dice.randrange(1, len(data) + 1)] if dice.random() < 0.2 else data)


SEEDS = [
    message("/hit", "kick", 0.5, "pan", 0.1),
    message("/p/*/gain", -3.0),
    message("/note", 38, 100, 10),
    message("/sub", "/p/*", 9000, 10.0),
    message("/sub", "/monitor"),
    message("/get", "/p/{kick,snare}/[a-z]*"),
    message("/help", "//gain"),
    message("/kit", "../x"),
    message("/dirt/play", "s", "bd", "n", 1.0),
    message("/choke", "kick"),
    message("/ping", b"blob", True, 1 << 40),
]


def test_mutated_messages_end_no_thread(open_server, talk, instrument):
    server = open_server()
    client = talk(server.address)
    dice = random.Random(7)
    for number in range(3000):
        client.send_bytes(mutated(dice, SEEDS))
        if number % 100 == 99:
            client.settle()
    assert server.routes.counters["failed"] == 0
    client.send("/hit/kick", 0.125)
    client.settle()
    assert instrument.events[-1] == Hit(0, 0.125)


def test_a_reply_that_cannot_be_sent_is_a_line_and_the_next_goes_out(open_server, talk, caplog):
    server = open_server()
    client = talk(server.address)
    server._udp[0].send(client.socket.getsockname(), [OscReply("/x", [object()])])
    assert "/x cannot be sent back" in caplog.text
    client.settle()


def test_every_address_explains_itself(instrument, clock):
    from astrodrum_live.control.osc.due import Due
    from astrodrum_live.control.osc.packet import OscMessage

    routes = OscRoutes(instrument, clock=clock)
    addresses = list(routes._space.flat)
    assert len(addresses) > 800
    for address in addresses:
        asked = OscMessage("/help", (address,))
        ((told),) = routes.handle(asked, ("127.0.0.1", 1), 0, Due(None))
        place, tags, unit, low, high, default, text = told.args
        assert place == address
        assert set(tags) <= set("ifs")
        assert isinstance(unit, str)
        assert low <= default <= high
        assert text
        target = routes._space.flat[address]
        if target.row is not None or (target.method == "hit" and target.pad is not None):
            assert tags in ("i", "f")
            assert low < high
