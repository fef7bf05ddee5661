"""Several things that are one step to take back, as a preset or a shared beat is; and mutes."""

import pytest
from patience import until

from astrodrum_live.control.events import (
    EditPattern,
    FreezeTo,
    Mute,
    Redo,
    Select,
    Set,
    SetTransport,
    Together,
    Turn,
    Undo,
)
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live import history
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.edits import New, SetPattern, SetTrack


@pytest.fixture
def playing(kit):
    options = Options(audio="null", generator="frozen", session=3)
    lines: list[str] = []
    instrument = LiveInstrument(load_patch(kit()), options, lines.append)
    instrument.lines = lines
    yield instrument
    instrument.close()


def say(playing, *events):
    """Post them, and wait until all are obeyed."""
    for event in (*events, last := EditPattern(SetPattern("no such pattern", ()))):
        playing.post(event, now_ns())
    until(lambda: last.obeyed)


def standing(playing):
    now = playing.song.now
    kept = {name: hit.origin["seed"] for name, hit in playing.kit.frozen().items()}
    values = [playing.value(0, "seed"), playing.value(1, "gain")]
    return now.book, now.pattern.key, playing.transport.tempo, values, kept, now.muted, now.solo


def beat(name="beat", steps=2):
    """What a page sends for one, in as many edits as it has."""
    edits = [New(name, None, ("kick", "snare")), SetPattern(name, (("tempo", 97.0),))]
    rows = [(0.1 * n, 0.5) for n in range(1, steps + 1)]
    edits += [SetTrack(name, "kick", None, row) for row in rows]
    return [
        *map(EditPattern, edits),
        Select(name, now=True),
        *(Turn(pad, (("seed", 7.0), ("z1", 0.5))) for pad in range(3)),
        FreezeTo(0, 0xFF, 0.75),
        Turn(1, (("gain", -3.0),)),
    ]


def test_a_whole_beat_is_taken_back_in_one_step_and_done_again_in_one(playing):
    say(playing, Set(1, "gain", -1.0), SetTransport("tempo", 141.0))
    before = until(lambda: playing.transport.tempo == 141.0 and standing(playing))
    say(playing, Together("the beat"), *beat(steps=history.STEPS + 50), Together())
    until(lambda: playing.song.now.pattern.name == "beat" and playing.transport.tempo == 97.0)
    after = standing(playing)
    for _ in range(2):
        say(playing, Undo())
        until(lambda: standing(playing) == before)
        say(playing, Redo())
        until(lambda: standing(playing) == after)
    say(playing, Undo(), Undo())
    until(lambda: playing.value(1, "gain") != -1.0)
    assert playing.lines.count("undone: the beat") == 3
    assert playing.lines.count("redone: the beat") == 2


def test_what_comes_after_is_a_step_of_its_own(playing):
    say(playing, Together("the beat"), *beat(), Together(), Turn(1, (("gain", -9.0),)))
    say(playing, Undo())
    assert playing.value(1, "gain") == -3.0
    assert playing.song.now.pattern.name == "beat" or playing.song.now.queued == "beat"


def test_who_never_says_that_it_is_over_is_not_waited_for(playing, monkeypatch):
    monkeypatch.setattr(history, "TOGETHER_NS", 0)
    say(playing, Together("the beat"), Set(0, "gain", -3.0), Set(1, "gain", -4.0), Undo())
    assert playing.value(0, "gain") == -3.0
    assert playing.value(1, "gain") != -4.0


def test_mute_and_solo_are_taken_back(playing):
    say(playing, Mute("kick", True), Mute("snare", True, solo=True), Mute("kick", None))
    now = playing.song.now
    assert (now.muted, now.solo) == (frozenset(), {"snare"})
    for muted, solo in (({"kick"}, {"snare"}), ({"kick"}, set()), (set(), set())):
        say(playing, Undo())
        assert (playing.song.now.muted, playing.song.now.solo) == (muted, solo)
    say(playing, Redo())
    assert playing.song.now.muted == {"kick"}
    assert "undone: mute of kick" in playing.lines
