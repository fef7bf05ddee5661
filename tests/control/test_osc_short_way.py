"""Which strokes may pass Python by: those that overtake nothing, of the kit that plays."""

import socket
import struct
import threading
from dataclasses import replace
from typing import NamedTuple

import pytest
from osc_client import UdpClient, eventually, message

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc.datagram import peer_of, scoped
from astrodrum_live.control.osc.server import OscOptions, OscServer

pytestmark = pytest.mark.skipif(
    not hasattr(socket.socket, "recvmsg_into"), reason="no system with such a way"
)


class Came(NamedTuple):
    size: int
    stamp_ns: int
    dropped: int
    read_ns: int
    arrival_ns: int
    posted_ns: int


class FakeWay:
    """Receives as the compiled code does, and notes what it would have posted."""

    def __init__(self):
        self.as_of, self.idle = 0, True
        self.known, self.posted = {}, []

    def forget(self):
        self.as_of += 1

    def know(self, strokes):
        self.known = dict(strokes)

    def receive(self, socket_number, as_of):
        listening = socket.socket(fileno=socket_number)
        try:
            self._data, (host, port) = listening.recvfrom(65536)
        except BlockingIOError:
            return None
        finally:
            listening.detach()
        self._sender = struct.pack("=H", socket.AF_INET) + struct.pack(">H", port)
        self._sender += socket.inet_aton(host) + bytes(112)
        pad = self.known.get(self._data[:-4])
        plays = as_of == self.as_of and pad is not None
        if plays:
            self.posted.append((pad, *struct.unpack(">f", self._data[-4:])))
        return Came(len(self._data), 0, 7, 2000, 1000, int(plays))

    def datagram(self, size):
        return self._data[:size]

    def sender(self):
        return self._sender


@pytest.fixture
def way():
    return FakeWay()


@pytest.fixture
def server(instrument, way):
    opened = OscServer(instrument, "127.0.0.1:0", options=OscOptions(stroke_way=way))
    yield opened
    opened.close()


@pytest.fixture
def client(server):
    opened = UdpClient(server.address)
    yield opened
    opened.socket.close()


def looked_again(server, client):
    """The port has answered, and looks at what may be posted once more."""
    client.send("/ping", 1)
    assert client.receive()[0][0] == "/pong"
    eventually(lambda: server._relay.idle)


def warmed(client, way, instrument):
    """A stroke has been posted, and none is on its way any more."""

    def told():
        return len(way.posted) + len(instrument.events)

    def passes():
        before, posted = told(), len(way.posted)
        client.send("/hit/kick", 1.0)
        eventually(lambda: told() > before)
        return len(way.posted) > posted

    eventually(passes)


def test_a_stroke_is_posted_and_python_hears_only_that_it_was(server, client, way, instrument):
    warmed(client, way, instrument)
    received, kicks = server.figures()["received"], len(instrument.events)
    for count in range(1, 101):  # now and then the server is at it just when one comes
        client.send("/hit/snare", 0.5)
        eventually(lambda count=count: server.figures()["received"] == received + count)
    snares = [stroke for stroke in way.posted if stroke == (1, 0.5)]
    assert len(snares) > 10
    assert instrument.events[kicks:] == [Hit(1, 0.5)] * (100 - len(snares))
    assert server.figures()["dropped_by_kernel"] == 7
    assert server.slowest.take_ns() >= 1000


def test_all_else_is_answered_as_ever(server, client, way):
    client.send("/ping", 42)
    assert client.receive()[0][:2] == ("/pong", 42)
    assert way.posted == []


@pytest.mark.parametrize("busy", ["the instrument", "the server"])
def test_none_is_posted_while_something_before_it_is_not_done(
    server, client, way, instrument, busy
):
    looked_again(server, client)
    if busy == "the instrument":
        way.idle = False
    else:
        server._relay.turn.acquire()
    client.send("/ping", 1)  # the look before this one was another
    client.send("/hit/kick", 0.25)
    client.send("/hit/kick", 0.25)
    if busy == "the server":
        eventually(lambda: len(server._inbox._waiting) == 3)
        server._relay.turn.release()
        server._relay.ring()
    eventually(lambda: instrument.events == [Hit(0, 0.25)] * 2)
    assert way.posted == []


def test_none_is_posted_while_somebody_watches(server, client, way, instrument):
    looked_again(server, client)
    server.routes.monitor.watched = True
    client.send("/ping", 1)
    client.receive()
    client.send("/hit/kick", 0.25)
    eventually(lambda: instrument.events == [Hit(0, 0.25)])
    assert way.posted == []


def test_who_begins_to_watch_by_another_door_sees_the_very_next_stroke(
    server, client, way, instrument
):
    warmed(client, way, instrument)
    way.posted.clear()
    server.routes.monitor.watched = True  # while the port waits
    client.send("/hit/kick", 0.25)
    eventually(lambda: instrument.events[-1:] == [Hit(0, 0.25)])
    assert way.posted == []


def test_a_stroke_waits_behind_what_another_port_has_brought(server, client, way, instrument):
    warmed(client, way, instrument)
    way.posted.clear()
    server._inbox.arrived(message("/kit", "electro"), ("127.0.0.1", 9), lambda replies: None)
    client.send("/hit/kick", 0.25)  # the port has waited for it since before
    eventually(lambda: instrument.events[-1:] == [Hit(0, 0.25)])
    assert way.posted == []


def test_a_change_of_kit_makes_what_is_known_untrue_until_the_new_one_is_known(
    server, client, way, instrument
):
    warmed(client, way, instrument)
    pads = instrument.patch.pads
    instrument.patch = replace(instrument.patch, pads=(pads[1], pads[0], *pads[2:]))
    way.as_of += 1  # as the engine does when another kit plays
    way.posted.clear()
    instrument.posted.clear()
    client.send("/hit/kick", 0.25)
    eventually(lambda: instrument.events == [Hit(1, 0.25)])
    assert way.posted == []

    def posted_to_its_new_place():
        client.send("/hit/kick", 0.75)
        return (1, 0.75) in way.posted

    eventually(posted_to_its_new_place)
    assert (0, 0.75) not in way.posted


def test_a_port_that_is_struck_without_end_closes_all_the_same(server, client, way):
    over = threading.Event()

    def play():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as drummer:
            while not over.wait(0.001):
                drummer.sendto(message("/hit/kick", 1.0), client.address)

    drummer = threading.Thread(target=play)
    drummer.start()
    try:
        eventually(lambda: len(way.posted) > 20)
        server.close()
    finally:
        over.set()
        drummer.join()


def test_a_sender_is_read_from_the_systems_own_record():
    four = struct.pack("=H", socket.AF_INET) + struct.pack(">H", 57120) + bytes([10, 1, 2, 3])
    assert peer_of(four + bytes(8)) == ("10.1.2.3", 57120)
    host = socket.inet_pton(socket.AF_INET6, "fe80::1")
    six = struct.pack("=H", socket.AF_INET6) + struct.pack(">HI", 57120, 0) + host
    assert peer_of(six + struct.pack("=I", 2)) == ("fe80::1%2", 57120)
    assert peer_of(six + struct.pack("=I", 0)) == ("fe80::1", 57120)
    assert scoped("10.1.2.3", 57120) == ("10.1.2.3", 57120)
    assert scoped("fe80::1", 57120, 0, 2) == ("fe80::1%2", 57120)
