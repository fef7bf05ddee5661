"""The Python client against the real routes over a loopback socket, and against nobody."""

import socket
import subprocess
import sys
import time
import warnings

import pytest

from astrodrum_live.client import AstroDrum, InstrumentWarning
from astrodrum_live.control.events import (
    Fill,
    Hit,
    Hush,
    LoadKit,
    MoveTransport,
    Mute,
    Panic,
    Select,
    SetTransport,
)
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.params import PAD_PARAMS
from astrodrum_live.sequencer.edits import SetPattern, SetStep, SetTrack


@pytest.fixture
def drum(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    drum = AstroDrum(*server.address, timeout=5.0)
    yield drum
    drum.close()
    server.close()


def settle(drum):
    """All that was sent has been obeyed when this returns."""
    drum.ask("/info")


def after(drum, instrument):
    settle(drum)
    return instrument.events


def test_a_pad_is_struck_by_its_name(drum, instrument):
    drum.kick()
    drum.snare(0.5, pan=-0.25)
    drum["hat_closed"](0.25)
    kick, snare, hat = after(drum, instrument)
    assert (kick, snare) == (Hit(0, 1.0), Hit(1, 0.5, (("pan", -0.25),)))
    assert instrument.patch.pads[hat.pad].name == "hat_closed"


def test_hit_takes_any_pad_and_its_parameters(drum, instrument):
    drum.hit("snare", 0.75, pitch=3)
    assert after(drum, instrument) == [Hit(1, 0.75, (("pitch", 3.0),))]


def test_a_pattern_of_names_strikes_all_that_match(drum, instrument):
    drum["{kick,snare}"](0.5)
    assert after(drum, instrument) == [Hit(0, 0.5), Hit(1, 0.5)]


def test_an_attribute_is_a_parameter(drum):
    drum.kick.brightness = 0.7
    assert drum.kick.brightness == 0.7  # though OSC's floats have 24 bits
    drum.set("snare", brightness=0.25, decay=0.5)
    assert (drum.get("snare", "brightness"), drum.snare.decay) == (0.25, 0.5)
    drum.master.gain = -3
    assert drum.master.gain == -3.0


def test_wildcards_turn_and_tell_all_that_match(drum, instrument):
    drum["*"].radius = 0.25
    told = drum.get("*", "radius")
    assert set(told.values()) == {0.25}
    assert len(told) == len(instrument.patch.pads)
    assert len(drum.get("kick")) == len(PAD_PARAMS)


def test_a_class_is_turned_to_by_name(drum, instrument):
    drum.kick.morph_to = "cymbal"
    assert after(drum, instrument) == [Turn(0, "morph_to", 2.0)]


def test_at_is_a_time_tag_exact_to_a_microsecond():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        drum = AstroDrum(*listener.getsockname())
        drum.kick(0.5, at=1_700_000_000.125)
        (message,) = decode(listener.recv(1024)).messages
        drum.close()
    assert (message.address, message.args) == ("/hit/kick", (0.5,))
    assert abs(message.due_unix_ns - 1_700_000_000_125_000_000) < 1000


def test_a_small_at_is_seconds_from_now(drum, instrument):
    drum.kick(at=0.5)
    settle(drum)
    _, arrival_ns, due_ns = instrument.posted[0]
    assert (due_ns - arrival_ns) / 1e9 == pytest.approx(0.5, abs=0.1)


def test_a_time_that_the_instrument_would_not_believe_is_refused_here(drum, instrument):
    with pytest.raises(ValueError, match="at=100 is more than 40 s ahead"):
        drum.kick(at=100)
    with pytest.raises(ValueError, match="more than 40 s ahead"), drum.at(100):
        drum.kick()
    settle(drum)
    assert instrument.posted == []


def test_without_at_a_hit_is_live(drum, instrument):
    drum.kick()
    settle(drum)
    assert instrument.posted[0][2] is None


def test_all_in_a_with_block_is_for_its_time(drum, instrument):
    with drum.at(0.5):
        drum.kick()
        drum.snare.pan = 0.5
    drum.kick()
    settle(drum)
    dues = [due for _, _, due in instrument.posted]
    assert abs(dues[0] - dues[1]) < 20e6
    assert dues[2] is None


def test_a_pattern_is_played_in_sixteenths(drum, instrument):
    start = time.time() + 0.2
    end = drum.play(bpm=150, at=start, kick="x-X- --o-", snare="9")  # a sixteenth is 0.1 s
    assert end == pytest.approx(start + 0.8)
    settle(drum)
    kicks = [(e.velocity, due) for e, _, due in instrument.posted if e.pad == 0]
    assert [velocity for velocity, _ in kicks] == pytest.approx([0.8, 1.0, 0.5])
    steps = [round((due - kicks[0][1]) / 1e7) for _, due in kicks]
    assert steps == pytest.approx([0, 20, 60], abs=2)
    assert [e for e in instrument.events if e.pad == 1] == [Hit(1, 1.0)]


def test_the_tempo_is_an_attribute(drum, instrument):
    drum.tempo = 97.5
    assert after(drum, instrument) == [SetTransport("tempo", 97.5)]
    assert drum.tempo == 97.5


@pytest.mark.parametrize(("pattern", "words"), [("x-?-", "not '[?]'"), ("x" * 800, "40 s ahead")])
def test_a_pattern_that_cannot_be_played_plays_nothing(drum, instrument, pattern, words):
    with pytest.raises(ValueError, match=words):
        drum.play(bpm=120, kick="x", snare=pattern)
    assert after(drum, instrument) == []


def test_a_pattern_in_a_with_block_starts_at_its_time(drum):
    with drum.at(5.0) as start:
        assert drum.play(bpm=150, kick="x---") == pytest.approx(start + 0.4)


@pytest.mark.parametrize("bpm", [0, -120, float("nan")])
def test_a_tempo_that_is_none_is_refused(drum, bpm):
    with pytest.raises(ValueError, match="at least 1 beat a minute"):
        drum.play(bpm=bpm, kick="x")


def test_kits_hush_and_panic(drum, instrument):
    assert drum.kit() == instrument.patch.kit
    assert "electro" in drum.kits()
    drum.kit("electro")
    drum.hush()
    drum.panic()
    assert after(drum, instrument) == [LoadKit("electro"), Hush(), Panic()]


def test_completion_knows_pads_and_parameters(drum, instrument):
    assert {*instrument.patch.pad_names(), "master", "play", "panic"} <= set(dir(drum))
    assert {row.name for row in PAD_PARAMS} == set(dir(drum.kick))
    assert "recovery" in dir(drum.master)
    assert repr(drum.kick) == "<pad kick>"


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda drum: drum.kcik(), "no pad 'kcik' .did you mean 'kick'"),
        (lambda drum: drum.kick(pann=1), "did you mean 'pan'"),
        (lambda drum: drum.set("kick", brightness=2.0), "2 is moved into the range"),
        (lambda drum: drum.kit("nonsuch"), "no kit 'nonsuch'"),
    ],
)
def test_the_instruments_complaints_are_warnings(drum, mistake, words):
    def all_of_it():
        mistake(drum)
        settle(drum)

    with pytest.warns(InstrumentWarning, match=words):
        all_of_it()


def test_warnings_made_errors_do_not_end_the_listening(drum):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drum.kcik()
        assert drum.kit()


def test_what_is_not_a_number_is_refused_here(drum):
    with pytest.raises((TypeError, ValueError)):
        drum.kick(0.9, pan=[1, 2])


def test_nobody_there_is_told_and_nothing_is_raised_by_a_hit():
    drum = AstroDrum("127.0.0.1", _closed_port(), timeout=5.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        drum.kick()
        drum.kick()
        with pytest.raises(TimeoutError, match="nobody answers"):
            drum.get("kick", "pan")
        assert "play" in dir(drum)
    drum.close()
    (warning,) = told
    assert warning.category is InstrumentWarning
    assert "is 'astrodrum play' running" in str(warning.message)


def test_it_imports_nothing_heavy():
    code = "import astrodrum_live.client, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("astrodrum_live")}
    assert ours == {"astrodrum_live", "astrodrum_live.client"}
    assert not {"numpy", "torch", "numba"} & set(done.stdout.split())


def _closed_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_the_sequencer_is_played_edited_and_asked(drum, instrument):
    drum.seq.row("kick", "x---x---")
    drum.seq.step("kick", 5, probability=0.5, seed=4_000_000_001, pitch=None)
    drum.seq.set(swing=0.6)
    drum.seq.tempo = 96
    drum.seq.play()
    drum.seq.select("pattern1", now=True)
    drum.seq.mute("kick")
    drum.seq.fill(False)
    drum.seq.stop()
    events = after(drum, instrument)
    edits = [event.edit for event in events[:3]]
    values = (("probability", 0.5), ("seed", 4_000_000_001.0), ("pitch", None))
    assert edits == [
        SetTrack("pattern1", "kick", row=(0.8, 0, 0, 0, 0.8, 0, 0, 0)),
        SetStep("pattern1", "kick", 5, values),
        SetPattern("pattern1", (("swing", 0.6),)),
    ]
    assert events[3:] == [
        SetTransport("tempo", 96.0), MoveTransport("start"), Select("pattern1", now=True),
        Mute("kick", True), Fill(False), MoveTransport("stop"),
    ]  # fmt: skip
    assert drum.seq.patterns() == ["pattern1"]
    assert drum.seq.rows()["kick"] == "---- ---- ---- ----"  # nobody obeys here
    assert drum.seq.tempo == 96
