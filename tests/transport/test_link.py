"""Ableton Link: with a session that is written by hand, and, where its binding is, with itself."""

import time

import pytest
from clock_world import MS, RATE

from astrodrum_live.now import now_ns
from astrodrum_live.transport.follower import Follower
from astrodrum_live.transport.link_peer import LinkMissing, LinkPeer, open_link
from astrodrum_live.transport.transport import Transport

BEGAN = 5_000_000  # micros of Link's clock at our time 0


class State:
    def __init__(self, link):
        self.link = link

    def tempo(self):
        return self.link.bpm

    def setTempo(self, bpm, micros):
        self.link.beat += (micros - self.link.micros) * self.link.bpm / 60e6
        self.link.micros, self.link.bpm = micros, bpm

    def isPlaying(self):
        return self.link.playing

    def setIsPlaying(self, playing, micros):
        self.link.playing = playing

    def beatAtTime(self, micros, quantum):
        return self.link.beat + (micros - self.link.micros) * self.link.bpm / 60e6

    def timeAtBeat(self, beat, quantum):
        return round(self.link.micros + (beat - self.link.beat) * 60e6 / self.link.bpm)


class FakeLink:
    """A session: ``beat`` at ``micros``, and ``bpm``. Time is told to it."""

    def __init__(self):
        self.peers, self.bpm, self.playing = 1, 120.0, False
        self.beat, self.micros = 1000.0, BEGAN
        self.now_ns, self.commits = 0, 0
        self.enabled = True

    def numPeers(self):
        return self.peers

    def captureAppSessionState(self):
        return State(self)

    def commitAppSessionState(self, state):
        self.commits += 1

    def clock(self):
        return self

    def micros_now(self):
        return BEGAN + self.now_ns // 1000


class World:
    def __init__(self):
        self.link, self.lines = FakeLink(), []
        self.transport = Transport(RATE)
        follower = Follower(self.transport, lambda ns: ns * RATE / 1e9)
        self.clock = type("Clock", (), {"micros": lambda _: self.link.micros_now()})()
        self.link.clock = lambda: self.clock
        self.peer = LinkPeer(follower, self.link, self.lines.append, lambda: self.link.now_ns)

    def run(self, seconds):
        for _ in range(round(seconds * 50)):
            self.link.now_ns += 20 * MS
            self.peer.look(self.link.now_ns)

    @property
    def frame(self):
        return self.link.now_ns * RATE // 10**9

    def apart(self):
        """How far the bars are from each other, in beats."""
        micros = self.link.micros_now()
        there = State(self.link).beatAtTime(micros, 4)
        return (there - float(self.transport.beat_at(self.frame)) + 2) % 4 - 2


def test_the_sessions_tempo_is_taken_and_its_peers_are_told():
    world = World()
    world.link.bpm = 97.0
    world.run(0.1)
    assert world.transport.tempo == 97.0
    assert world.lines == ["Ableton Link: 1 peer"]
    assert world.link.commits == 0


def test_a_tempo_that_is_turned_here_goes_there():
    world = World()
    world.run(0.1)
    world.transport.set_tempo(140.0, world.frame)
    world.run(0.1)
    assert world.link.bpm == 140.0
    world.link.bpm = 100.0
    world.run(0.1)
    assert world.transport.tempo == 100.0


def test_a_start_there_is_a_start_here_on_their_next_bar():
    world = World()
    world.run(0.5)
    world.link.playing = True
    world.run(0.5)
    assert world.transport.frame_of(0) == pytest.approx(2 * RATE, abs=2)
    world.run(4)
    assert world.apart() == pytest.approx(0.0, abs=1e-3)
    world.link.playing = False
    world.run(0.1)
    assert not world.transport.playing


def test_a_start_here_waits_for_their_bar_and_starts_them():
    world = World()
    world.run(0.3)
    assert world.peer.begin(world.link.now_ns)
    assert world.link.playing
    assert world.transport.frame_of(0) == pytest.approx(2 * RATE, abs=2)
    world.run(6)
    assert world.apart() == pytest.approx(0.0, abs=1e-3)
    world.transport.stop(world.frame)
    world.run(0.1)
    assert not world.link.playing


def test_a_change_of_tempo_there_keeps_the_bars_together():
    world = World()
    world.peer.look(0)
    world.peer.begin(world.link.now_ns)
    world.run(4)
    State(world.link).setTempo(151.3, world.link.micros_now())
    world.run(3)
    assert world.transport.tempo == 151.3
    assert world.apart() == pytest.approx(0.0, abs=2e-3)


def test_alone_it_is_as_without():
    world = World()
    world.link.peers = 0
    world.run(0.1)
    assert not world.peer.begin(world.link.now_ns)
    world.transport.start(world.frame + 100)
    begun = world.frame + 100
    world.run(3)
    assert world.transport.frame_of(1) == begun + RATE // 2
    assert world.lines == []


def test_while_another_clock_leads_only_its_tempo_goes_there():
    world = World()
    world.run(0.1)
    world.transport.set_tempo(88.0, world.frame)
    world.link.playing = True
    for _ in range(10):
        world.link.now_ns += 20 * MS
        world.peer.look(world.link.now_ns, leads=False)
    assert world.link.bpm == 88.0
    assert not world.transport.playing


def test_without_the_binding_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "link", None)
    with pytest.raises(LinkMissing, match=r"pip install -e '\.\[link\]'"):
        open_link()


def test_two_real_peers_on_this_machine_keep_together():
    link = pytest.importorskip("link", reason=".venv/bin/pip install -e '.[link]'")
    other = link.Link(93.0)
    other.startStopSyncEnabled = other.enabled = True
    session = open_link()
    origin_ns = now_ns()
    transport = Transport(RATE)
    follower = Follower(transport, lambda ns: (ns - origin_ns) * RATE / 1e9)
    lines: list[str] = []
    peer = LinkPeer(follower, session, lines.append)

    def run(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            peer.look(now_ns())
            time.sleep(0.01)

    try:
        run(3.0)
        if not peer.peers:
            pytest.skip("multicast does not come through here")
        state = other.captureAppSessionState()
        state.setTempo(131.0, other.clock().micros())
        state.setIsPlaying(True, other.clock().micros())
        other.commitAppSessionState(state)
        run(5.0)
        assert transport.tempo == pytest.approx(131.0, rel=1e-4)
        assert transport.playing
        at_ns, micros = now_ns(), other.clock().micros()
        there = other.captureAppSessionState().beatAtTime(micros, 4.0)
        here = float(follower.beat_at(at_ns))
        assert (there - here + 2) % 4 - 2 == pytest.approx(0.0, abs=0.01)
    finally:
        peer.close()
        other.enabled = False
