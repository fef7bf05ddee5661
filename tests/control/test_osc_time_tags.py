"""Whose clock is off, what is late, and what a step of the wall clock does: with clocks of our own.

A world in which Unix time is the monotonic time plus a constant, until a test changes it.
"""

import pytest

from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.inbox import Arrived
from astrodrum_live.control.osc.lateness import Lateness, p95
from astrodrum_live.control.osc.losses import Losses
from astrodrum_live.control.osc.packet import OscMessage, OscPacket
from astrodrum_live.control.osc.time_tags import TimeTags

S, MS = 1_000_000_000, 1_000_000
BEGAN = 1_700_000_000 * S
REMOTE, LOCAL = ("192.168.1.5", 6000), ("127.0.0.1", 6010)


class Lines:
    """A log that remembers."""

    def __init__(self):
        self.said = []

    def warn(self, text, kind=None):
        self.said.append(text)


class World:
    """Time tags as they come, from peers whose clocks may be off."""

    def __init__(self, **options):
        self.log = Lines()
        self.tags = TimeTags(self.log, **options)
        self.now_ns, self.wall_ns = 100 * S, BEGAN + 100 * S

    def pass_time(self, seconds):
        self.now_ns += round(seconds * S)
        self.wall_ns += round(seconds * S)

    def send(self, lead_s, peer=REMOTE, address="/hit/kick"):
        """A message that its sender, by our wall clock, wants in so many seconds."""
        tag_ns = self.wall_ns + round(lead_s * S)
        arrived = Arrived(OscPacket(), peer, print, self.now_ns, self.now_ns, self.wall_ns)
        return self.tags.due(OscMessage(address, (), tag_ns), arrived)

    def stream(self, leads_s, every_s=0.125, **more):
        told = []
        for lead_s in leads_s:
            told.append(self.send(lead_s, **more))
            self.pass_time(every_s)
        return told


def lead_of(world, when):
    return (when.due_ns - world.now_ns) / S


def test_a_tag_is_due_on_the_monotonic_clock():
    world = World()
    assert world.send(0.2) == Due(world.now_ns + 200 * MS)
    assert world.tags.figures() == {
        "late": 0,
        "late_p95_ms": 0.0,
        "late_max_ms": 0.0,
        "clock_problem": 0,
    }


@pytest.mark.parametrize("late_s", [0.0001, 0.005])
def test_what_is_stamped_now_is_live_and_not_late(late_s):
    world = World()
    assert world.send(-late_s) == Due(None)
    assert world.tags.lateness.count == 0


def test_a_late_hit_plays_counts_and_a_later_one_is_stale():
    world = World()
    assert world.send(-0.0051) == Due(world.now_ns - 5_100_000, 5_100_000)
    assert not world.send(-0.250).stale
    assert world.send(-0.251).stale
    assert world.tags.lateness.count == 3
    assert world.tags.figures()["late_max_ms"] == 251.0


def test_late_play_makes_nothing_stale():
    world = World(late="play")
    assert not world.send(-60.0).stale
    assert world.tags.lateness.count == 1


@pytest.mark.parametrize("trim_ms", [-20.0, 35.5])
def test_the_trim_moves_what_has_a_tag_and_nothing_else(trim_ms):
    world = World(trim_ms=trim_ms)
    assert lead_of(world, world.send(0.2)) == pytest.approx(0.2 + trim_ms / 1e3)
    arrived = Arrived(OscPacket(), REMOTE, print, world.now_ns, world.now_ns, world.wall_ns)
    assert world.tags.due(OscMessage("/hit/kick", ()), arrived) == Due(None)


@pytest.mark.parametrize("off_s", [-3600.0, -10.0, -0.7, 10.0, 3600.0])
@pytest.mark.parametrize("peer", [REMOTE, LOCAL])
def test_a_clock_that_is_off_is_made_up_for_within_eight_events(off_s, peer):
    world = World()
    jitter = [0.10, 0.13, 0.11, 0.14, 0.12, 0.10, 0.14]
    world.stream([off_s + lead for lead in jitter], peer=peer)
    eighth = world.send(off_s + 0.12, peer=peer)
    assert lead_of(world, eighth) == pytest.approx(0.12 + 0.15 - 0.14, abs=1e-6)
    late = world.tags.lateness.count
    world.pass_time(0.125)
    for when in world.stream([off_s + lead for lead in jitter], peer=peer):
        assert when.due_ns is not None
        assert not when.stale
    assert world.tags.lateness.count == late
    (line,) = [line for line in world.log.said if "clock of" in line]
    assert peer[0] in line
    assert ("ahead of" if off_s > 0 else "behind") in line
    name = "offset_s 192.168.1.5" if peer is REMOTE else "offset_s 127.0.0.1:6010"
    assert world.tags.figures()[name] == pytest.approx(0.15 - 0.14 - off_s, abs=1e-6)


def test_seven_events_are_not_enough_and_other_peers_are_left_alone():
    world = World()
    world.stream([10.0] * 7)
    assert world.tags.clocks.offsets_s() == {}
    world.stream([10.0])
    assert lead_of(world, world.send(0.2, peer=("192.168.1.6", 6000))) == pytest.approx(0.2)


@pytest.mark.parametrize("lead_s", [-0.49, 0.0, 4.9])
def test_a_clock_that_can_be_meant_is_left_alone(lead_s):
    world = World()
    world.stream([lead_s] * 20)
    assert world.tags.clocks.offsets_s() == {}


def test_a_piece_sent_ahead_is_no_clock():
    world = World()
    world.stream([6.0 + 0.25 * step for step in range(20)], every_s=0.06)
    assert world.tags.clocks.offsets_s() == {}


def test_what_a_stalled_sender_lets_go_at_once_is_no_clock():
    world = World()
    world.stream([0.2] * 20)
    world.stream([-2.0 + 0.01 * step for step in range(20)], every_s=0.001)
    world.stream([0.2] * 20)
    assert world.tags.clocks.offsets_s() == {}


def test_a_clock_that_is_set_right_is_believed_again():
    world = World()
    world.stream([10.0] * 9)
    assert world.tags.clocks.offsets_s()
    world.stream([0.2] * 8)
    assert world.tags.clocks.offsets_s() == {}
    assert "agrees with ours again" in world.log.said[-1]
    assert lead_of(world, world.send(0.2)) == pytest.approx(0.2)


def test_a_clock_that_drifts_away_is_followed():
    world = World()
    world.stream([10.0 - 0.002 * step for step in range(400)])
    late = world.tags.lateness.count
    assert world.tags.clocks.offsets_s()["192.168.1.5"] == pytest.approx(-9.2, abs=0.3)
    assert late < 60


def test_peers_do_not_pile_up_in_memory():
    world = World()
    for number in range(1000):
        world.send(0.1, peer=(f"10.0.{number // 250}.{number % 250}", 1))
    assert len(world.tags.clocks._peers) <= 256


def test_tidals_highlighting_is_never_late():
    world = World()
    for _ in range(100):
        assert world.send(-0.786, peer=LOCAL, address="/code/highlight") == Due(None)
        world.pass_time(0.06)
    assert world.tags.lateness.count == 0
    assert world.tags.clocks.offsets_s() == {}


@pytest.mark.parametrize("step_s", [5.0, -5.0])
def test_a_step_of_the_wall_clock_spoils_nothing_but_what_is_in_flight(step_s):
    """A sender of this machine that asks the wall clock for every tag, as most do."""
    world = World()
    world.stream([0.2] * 20, peer=LOCAL)
    world.wall_ns += round(step_s * S)
    world.send(0.2 - step_s, peer=LOCAL)  # stamped before the step, read after it
    for when in world.stream([0.2] * 20, peer=LOCAL):
        assert when.late_ns == 0
        assert not when.clock_problem
    world.pass_time(-0.125)
    assert lead_of(world, world.send(0.2, peer=LOCAL)) == pytest.approx(0.2)
    assert world.tags.clocks.offsets_s() == {}


def test_a_sender_that_does_not_see_the_step_is_made_up_for_within_eight_events():
    """One that read the wall clock once, at its start, and counts from there: Tidal."""
    world = World()
    world.stream([0.2] * 20, peer=LOCAL)
    world.wall_ns += 5 * S
    world.stream([0.2 - 5.0] * 16, peer=LOCAL)
    assert lead_of(world, world.send(0.2 - 5.0, peer=LOCAL)) == pytest.approx(0.15)


def test_a_clock_hours_ahead_is_replaced_until_it_is_known():
    world = World()
    first = world.send(3 * 3600.0)
    assert first.clock_problem
    assert lead_of(world, first) == pytest.approx(0.2)
    assert world.tags.clock_problems == 1
    assert "far ahead" in world.log.said[0]


def test_lateness_is_told_at_most_every_two_seconds_with_what_to_turn():
    lines = []
    late = Lateness(lines.append)
    late.look(0)
    assert lines == []
    for late_ms in range(1, 41):
        late.add(late_ms * MS)
    late.look(10 * S)
    assert lines == [
        "40 events came late, 95 % of them by up to 38 ms: raise oLatency by 40 ms (Tidal),"
        " or what the sender calls latency"
    ]
    late.add(7 * MS)
    late.look(10 * S + 1999 * MS)
    assert len(lines) == 1
    late.look(12 * S)
    assert "an event came late, 95 % of them by up to 7 ms: raise oLatency by 10 ms" in lines[1]
    late.look(20 * S)
    assert len(lines) == 2
    assert (late.count, late.max_ms) == (41, 40.0)


def test_hits_that_were_dropped_are_told_as_such():
    lines = []
    late = Lateness(lines.append)
    late.add(300 * MS)
    late.look(0)
    assert "later than 250 ms are dropped, unless --late play" in lines[0]


def test_seconds_of_lateness_are_a_clock_and_no_latency():
    lines = []
    late = Lateness(lines.append)
    late.add(9_900 * MS)
    late.look(0)
    assert "set the sender's clock" in lines[0]
    assert "oLatency" not in lines[0]


def test_a_burst_of_losses_is_told_when_it_is_over():
    lost, lines = [0], []
    losses = Losses(lambda: lost[0], lines.append)
    for tenth in range(10):
        lost[0] = 3 * min(tenth, 5)
        losses.look(tenth * S // 10)
    assert lines == []
    losses.look(14 * S // 10)
    losses.look(15 * S // 10)
    losses.look(30 * S // 10)
    assert len(lines) == 1
    assert lines[0].startswith("15 messages were lost")
    lost[0] = 16
    for second in (4, 5, 6):
        losses.look(second * S)
    assert lines[1].startswith("1 messages were lost")


@pytest.mark.parametrize(
    ("values", "answer"), [([], 0.0), ([5.0], 5.0), (range(1, 101), 95), ([1, 2, 3], 3)]
)
def test_p95_is_the_value_that_95_percent_do_not_exceed(values, answer):
    assert p95(list(values)) == answer
