"""Strokes that compiled code receives and posts: as Python would have, or not at all."""

import math
import socket
import struct
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import RATE, load, small_engine

from astrodrum_live.config import COMMAND_SLOTS
from astrodrum_live.engine.stroke_receiver import POST_NOTHING, StrokeReceiver

pytestmark = pytest.mark.skipif(
    not StrokeReceiver.receives, reason="this system's strokes all take Python's way"
)
STROKES = {
    b"/hit\0\0\0\0,sf\0kick\0\0\0\0": 0,
    b"/hit\0\0\0\0,sf\0snare\0\0\0": 1,
    b"/hit\0\0\0\0,if\0\0\0\0\1": 1,
    b"/hit/kick\0\0\0,f\0\0": 0,
    b"/hit/a_longer_name_for_a_drum\0\0\0,f\0\0": 2,
}
KICK = b"/hit/kick\0\0\0,f\0\0"
STAMPED, COUNTED = 35, 40  # SO_TIMESTAMPNS, SO_RXQ_OVFL


def struck(beginning, velocity):
    return beginning + struct.pack(">f", velocity)


class Port:
    """A socket, a receiver that listens there, and who sends to it."""

    def __init__(self, engine):
        self.engine = engine
        self.receiver = StrokeReceiver(engine)
        self.receiver.know(STROKES.items())
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 1, 0))
        for option in (STAMPED, COUNTED):
            self.socket.setsockopt(socket.SOL_SOCKET, option, 1)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def receive(self, datagram, as_of=None):
        self.sender.sendto(datagram, self.socket.getsockname())
        as_of = self.receiver.as_of if as_of is None else as_of
        return self.receiver.receive(self.socket.fileno(), as_of)

    def posted(self):
        """The commands in the ring, whoever put them there."""
        header = self.engine.memory.header[0]
        return header["command"][: int(header["command_write"][0])].copy()


@contextmanager
def port(**settings):
    with small_engine(**settings) as engine:
        opened = Port(engine)
        try:
            yield opened
        finally:
            opened.socket.close()
            opened.sender.close()


def same(one, other):
    """Two commands are the same to the bit, NaN or not."""
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one.dtype.names)


VELOCITIES = [1e-6, 0.1, 0.4499, 0.45, 0.62, 0.75, 0.99, 1.0]


@pytest.mark.parametrize(
    "feel", [{}, {"floor": 0.3, "ceiling": 0.9}, {"curve": 2.7, "floor": 0.01}, {"fixed": 0.6}]
)
def test_a_stroke_is_the_very_command_that_python_would_have_posted(feel):
    with port(timing="soonest") as there:
        for name, value in feel.items():
            there.engine.post_set(0, name, value)
        for velocity in VELOCITIES:
            there.engine.render(64)
            before = len(there.posted())
            came = there.receive(struck(KICK, velocity))
            assert came.posted_ns >= came.read_ns >= came.arrival_ns > 0
            assert (came.pad, came.velocity) == (0, np.float32(velocity))
            there.engine.post_hit(0, float(np.float32(velocity)))
            native, python = there.posted()[before:]
            assert same(native, python)


@pytest.mark.parametrize(("beginning", "pad"), STROKES.items())
def test_it_strikes_the_pad_it_names(beginning, pad):
    with port() as there:
        for index in range(3):
            load(there.engine, index, [0.5])
        assert there.receive(struck(beginning, 1.0)).pad == pad
        there.engine.render(512)
        assert there.engine.drain_played()["pad"].tolist() == [pad]


def test_a_steady_stroke_is_due_a_block_and_the_slack_after_its_arrival():
    with port(timing="steady", block=64, slack_ms=1.0) as there:
        came = there.receive(struck(KICK, 1.0))
        assert there.posted()[-1]["frame"] == 0  # the clock has not begun
        there.engine.render(64, at_ns=came.arrival_ns)
        came = there.receive(struck(KICK, 1.0))
        expected = math.ceil(there.engine.frame_at(came.arrival_ns) + 64 + 1e-3 * RATE)
        assert there.posted()[-1]["frame"] == expected


def test_a_device_that_stands_still_gets_it_with_its_next_block():
    with port(timing="steady") as there:
        came = there.receive(struck(KICK, 1.0))
        there.engine.render(64, at_ns=came.arrival_ns - 2_000_000_000)
        there.receive(struck(KICK, 1.0))
        assert there.posted()[-1]["frame"] == 0


@pytest.mark.parametrize(
    "datagram",
    [
        struck(KICK, 0.0),
        struck(KICK, -0.5),
        struck(KICK, 1.5),
        struck(KICK, math.nan),
        struck(KICK, math.inf),
        struck(b"/hit/kikc\0\0\0,f\0\0", 1.0),
        KICK,
        b"",
        b"/hit",
        b"#bundle\0" + bytes(8),
        struck(b"/hit/" + b"x" * 200 + b"\0\0\0,f\0\0", 1.0),
        bytes(65000),
    ],
    ids=lambda datagram: f"{len(datagram)}-{datagram[-4:].hex()}",
)
def test_all_else_comes_back_whole_with_its_sender_and_is_not_posted(datagram):
    with port() as there:
        came = there.receive(datagram)
        assert came.posted_ns == 0
        assert there.receiver.datagram(came.size) == datagram
        port_number, address = struct.unpack_from(">H4s", there.receiver.sender(), 2)
        assert socket.inet_ntoa(address) == "127.0.0.1"
        assert port_number == there.sender.getsockname()[1]
        assert len(there.posted()) == 0


@pytest.fixture(scope="module")
def world():
    with port() as there:
        yield there


@settings(max_examples=300, deadline=None)
@given(
    datagram=st.one_of(
        st.binary(max_size=80),
        st.builds(
            lambda start, cut, more, velocity: struck(start[: len(start) - cut] + more, velocity),
            st.sampled_from(list(STROKES)),
            st.integers(0, 6),
            st.binary(max_size=6),
            st.floats(width=32),
        ),
    )
)
def test_it_knows_what_a_dictionary_would(world, datagram):
    there, header = world, world.engine.memory.header[0]
    header["command_write"][0] = header["command_read"][0] = 0
    came = there.receive(datagram)
    pad = STROKES.get(datagram[:-4])
    plays = pad is not None and 0.0 < struct.unpack(">f", datagram[-4:])[0] <= 1.0
    assert (came.posted_ns > 0) == plays
    assert not plays or came.pad == pad


def test_nothing_is_posted_once_what_is_known_is_true_no_more():
    with port() as there:
        as_of = there.receiver.as_of
        there.engine.forget_strokes()
        assert there.receive(struck(KICK, 1.0), as_of).posted_ns == 0
        assert there.receive(struck(KICK, 1.0), POST_NOTHING).posted_ns == 0
        assert there.receive(struck(KICK, 1.0)).posted_ns > 0


def test_what_is_known_anew_takes_the_place_of_what_was_known():
    with port() as there:
        there.receiver.know([(KICK, 5)])
        assert there.receive(struck(KICK, 1.0)).pad == 5
        assert there.receive(struck(b"/hit\0\0\0\0,if\0\0\0\0\1", 1.0)).posted_ns == 0


def test_a_pad_whose_strokes_are_made_to_order_is_left_to_the_order_desk():
    with port() as there:
        there.engine.hold_back([0])
        assert there.receive(struck(KICK, 1.0)).posted_ns == 0
        there.engine.hold_back([])
        assert there.receive(struck(KICK, 1.0)).posted_ns > 0
        there.engine.post_set(0, "round_robin", 3)
        assert there.receive(struck(KICK, 1.0)).posted_ns == 0
        there.engine.post_set(0, "round_robin", 0)
        assert there.receive(struck(KICK, 1.0)).posted_ns > 0


def test_what_listens_longer_than_the_engine_lives_does_not_touch_what_is_gone():
    with small_engine() as engine:
        there = Port(engine)
        as_of = there.receiver.as_of
    assert there.receive(struck(KICK, 1.0), as_of).posted_ns == 0
    assert there.receive(struck(KICK, 1.0), POST_NOTHING).posted_ns == 0
    there.socket.close()
    there.sender.close()


def test_a_ring_without_room_is_left_to_who_can_wait():
    with port() as there:
        for _ in range(COMMAND_SLOTS):
            assert there.engine.post_hit(0, 1.0)
        assert there.receive(struck(KICK, 1.0)).posted_ns == 0
        there.engine.render(64)
        assert there.receive(struck(KICK, 1.0)).posted_ns > 0


def test_who_is_interrupted_while_posting_keeps_nobody_waiting_for_ever():
    with port() as there:
        lock = there.engine.memory.header["command_lock"][0]
        lock[0] = 1
        assert there.receive(struck(KICK, 1.0)).posted_ns == 0
        threading.Timer(0.005, lambda: lock.__setitem__(0, 0)).start()
        assert there.engine.post_hit(0, 1.0)  # it tries again, and is crowded meanwhile
        assert len(there.posted()) == 1


def test_where_nothing_comes_it_says_so_after_the_sockets_patience():
    with port() as there:
        there.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, 10_000)
        )
        assert there.receiver.receive(there.socket.fileno(), 0) is None
        assert there.receiver.receive(-1, 0) is None  # no socket at all


def test_strokes_posted_here_and_by_python_at_once_are_all_there_and_whole():
    count = 3000
    with port(timing="soonest", voices=64) as there:
        load(there.engine, 0, [0.0])
        load(there.engine, 1, [0.0])
        log, done = [], threading.Event()

        def play():
            while not done.is_set():
                there.engine.render(16)
                log.append(there.engine.drain_played())

        def python():
            for number in range(count):
                assert there.engine.post_hit(1, (number + 1) / count)

        threads = [threading.Thread(target=play), threading.Thread(target=python)]
        for thread in threads:
            thread.start()
        posted = 0
        for number in range(count):
            posted += there.receive(struck(KICK, (number + 1) / count)).posted_ns > 0
        threads[1].join()
        done.set()
        threads[0].join()
        there.engine.render(16)
        played = np.concatenate([*log, there.engine.drain_played()])
        assert there.engine.counters()["log_full"] == there.engine.counters()["pending_full"] == 0
        assert posted > 0.5 * count  # the ring may have been full, or held, now and then
        assert (played["pad"] == 0).sum() == posted
        python_velocities = played["velocity"][played["pad"] == 1]
        np.testing.assert_allclose(python_velocities, np.arange(1, count + 1) / count, atol=1e-6)
        assert (np.diff(played["velocity"][played["pad"] == 0]) > 0).all()
