"""What is sent, when, and that nothing of it goes uncounted; on a clock that a test turns."""

from collections import Counter
from itertools import islice, pairwise, takewhile
from pathlib import Path

import pytest

from astrodrum_live.control.events import LoadKit
from astrodrum_live.control.midi_file import MidiFileError
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.soak.score import (
    AHEAD_S,
    KITS,
    LOOP_GAP_S,
    Dirt,
    Midi,
    Post,
    counted,
    densest,
    score_of,
)
from astrodrum_live.soak.sender import bundle_at, perform

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "midi"
NOTE = (0.25, b"\x99\x24\x7f")


class Clock:
    """``stopped`` waits on it; at ``end_s`` somebody asks to stop."""

    def __init__(self, end_s: float = 1e9) -> None:
        self.now_s, self.end_s = 100.0, end_s

    def __call__(self) -> float:
        return self.now_s

    def stopped(self, wait_s: float) -> bool:
        self.now_s = min(self.now_s + wait_s, 100.0 + self.end_s)
        return self.now_s >= 100.0 + self.end_s


def first(scenario: str, seconds: float, kits=KITS) -> list:
    score = score_of(scenario, [NOTE], 16, kits)
    return list(takewhile(lambda timed: timed[0] <= seconds, score))


def test_one_pad_is_struck_34_times_a_second():
    sent = first("one-pad", 60.0)
    assert len(sent) == 2040
    assert {what.data[1] for _, what in sent} == {38}
    assert all(what.is_note for _, what in sent)


def test_a_performance_comes_again_and_again():
    times = [at_s for at_s, _ in islice(score_of("performance", [NOTE], 16, KITS), 3)]
    assert times == [0.25, 1.0, 1.75]
    assert LOOP_GAP_S == 0.5


def test_all_sends_everything_in_order_and_always_the_same():
    sent = first("all", 30.0)
    assert sent == first("all", 30.0)
    assert [at_s for at_s, _ in sent] == sorted(at_s for at_s, _ in sent)
    kinds = Counter(type(what) for _, what in sent)
    assert kinds[Dirt] == 30 * 16
    assert kinds[Midi] > 30 * 300
    kits = [what.event for _, what in sent if isinstance(what, Post) and "name" in dir(what.event)]
    assert [event.name for event in kits if isinstance(event, LoadKit)] == [
        "crossover", "default", "electro", "crossover",
    ]  # fmt: skip
    assert not [what for _, what in first("all", 30.0, ()) if what == Post(LoadKit("electro"))]


def test_what_is_sent_is_counted_by_kind():
    sent: Counter[str] = Counter()
    for _, what in first("all", 14.5):
        counted(sent, what)
    assert sent["kits"] == 2
    assert sent["dirt"] == 14.5 * 16
    assert sent["turns"] == 72
    assert sent["midi"] > sent["notes"] == 20


def test_all_that_is_due_is_sent_and_none_before_its_time():
    clock, sent = Clock(), []
    lasted = perform(
        iter(first("one-pad", 10.0)), 1.0, lambda what: sent.append(clock.now_s), clock.stopped,
        clock,
    )  # fmt: skip
    assert lasted == pytest.approx(1.0)
    assert len(sent) == 34
    assert sent == pytest.approx([100.0 + number / 34 for number in range(1, 35)])


def test_who_stops_it_is_obeyed_at_once():
    clock, sent = Clock(end_s=0.5), []
    lasted = perform(iter(first("one-pad", 9.0)), 9.0, sent.append, clock.stopped, clock)
    assert lasted == 0.5
    assert len(sent) == 16


def test_an_event_is_sent_as_tidal_does_with_its_time_ahead():
    unix_ns = 1_800_000_000_500_000_000
    (message,) = decode(bundle_at(unix_ns, ("s", "bd", "n", 3.0))).messages
    assert (message.address, message.args) == ("/dirt/play", ("s", "bd", "n", 3.0))
    assert abs(message.due_unix_ns - unix_ns - int(AHEAD_S * 1e9)) <= 2


def test_the_densest_performance_is_found_and_what_is_broken_is_passed_over(tmp_path):
    path, performance = densest([EXAMPLES])
    assert path.name == "funk-138.mid"
    (tmp_path / "broken.mid").write_bytes(path.read_bytes()[:500])
    assert densest([tmp_path, EXAMPLES]) == (path, performance)
    with pytest.raises(MidiFileError, match=r"no MIDI file below .*nowhere; give --midi a folder"):
        densest([EXAMPLES, tmp_path / "nowhere"])
    with pytest.raises(MidiFileError, match="no MIDI file of 5 s and more below"):
        densest([tmp_path])


def test_a_flood_is_5000_controller_messages_a_second_beside_10_notes():
    sent = [what for _, what in first("flood", 2.0)]
    assert sum(what.is_note for what in sent) == 20
    assert sum(not what.is_note for what in sent) == 10_000
    assert len({what.data[:2] for what in sent if not what.is_note}) == 1  # one knob


def test_a_fader_goes_all_the_way_and_back_in_the_steps_of_a_controller():
    sent = [(at_s, what) for at_s, what in first("morph", 4.0)]
    shares = [what.event.value for _, what in sent if isinstance(what, Post)]
    assert (max(shares), shares[-1]) == (1.0, 0.0)
    steps = [abs(b - a) for a, b in pairwise(shares)]
    assert 0 < max(steps) < 0.02
    assert sum(isinstance(what, Midi) for _, what in sent) == 32
