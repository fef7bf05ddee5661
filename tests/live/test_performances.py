"""Real performances and every shipped kit: each note once, on its drum, pad and frame."""

from collections import Counter
from pathlib import Path

import mido
import numpy as np
import pytest
from drum_classes import CLASS_OF_NOTE, CLASS_OF_PAD

from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_file import read_performance
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.units import db_to_gain

REPO = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((REPO / "examples" / "midi").glob("*.mid"))
SHARED = REPO.parent / "shared" / "midi"
PATCHES = sorted(path.stem for path in (REPO / "patches").glob("*.toml"))
RATE = 48000


def notes(path: Path) -> list[tuple[int, int]]:
    """Frame and number of every note, read from the file without our reader's help."""
    seconds, found = 0.0, []
    for message in mido.MidiFile(path):
        seconds += message.time
        if message.type == "note_on" and message.velocity > 0:
            found.append((max(round(seconds * RATE), 1), message.note))
    return found


def render(patch, path: Path, longest_s: float = float("inf")):
    """Frames and pads as played, peak, loudness, counters."""
    instrument = OfflineInstrument(patch, 1, RATE, 1024, "frozen")
    performance = [item for item in read_performance(path) if item[0] <= longest_s]
    timed, _ = instrument.events(performance)
    played, peak, power = [], 0.0, 0.0
    try:
        for piece in instrument.render(timed):
            assert np.isfinite(piece).all()
            peak = max(peak, float(np.abs(piece).max(initial=0.0)))
            power += float(np.square(piece).sum())
            played.append(instrument.engine.drain_played())
        counters = instrument.engine.counters()
    finally:
        instrument.close()
    log = np.concatenate(played)
    return list(zip(log["frame"].tolist(), log["pad"].tolist(), strict=True)), peak, power, counters


@pytest.fixture
def default_patch(kit):
    return load_patch(kit())


def test_there_are_performances_to_play():
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_note_of_the_examples_is_on_its_pad_and_frame(default_patch, path):
    _check(default_patch, path)


def test_every_note_of_every_shared_performance_is_on_its_pad_and_frame(default_patch):
    paths = sorted(SHARED.rglob("*.mid"))
    if not paths:
        pytest.skip(f"no performances in {SHARED.name} beside this checkout")
    for path in paths:
        _check(default_patch, path)


def _check(patch, path: Path) -> None:
    played, peak, power, counters = render(patch, path)
    written, mapping, names = notes(path), Mapping(patch), patch.pad_names()
    drums = [(frame, CLASS_OF_NOTE[note]) for frame, note in written]
    assert [(frame, CLASS_OF_PAD[names[pad]]) for frame, pad in played] == drums, path.name
    pads = [(frame, hit.pad) for frame, note in written for hit in mapping.hits(note, 1.0)]
    assert played == pads, path.name
    assert counters["empty"] == counters["late"] == counters["repeated"] == 0
    assert counters["bad_hits"] == counters["bad_samples"] == 0
    assert power > 0
    assert peak <= db_to_gain(-0.3) + 1e-6


def test_a_note_that_no_pad_plays_is_counted_and_the_rest_sounds(kit):
    text = 'version = 1\n[[pad]]\nname = "kick"\nclass = "kick"\nnotes = [36]\n'
    patch = load_patch(kit("small", text + '[midi]\nmap = "pads36"\n'))
    instrument = OfflineInstrument(patch, 1, RATE, 1024, "frozen")
    try:
        timed, unmapped = instrument.events(read_performance(EXAMPLES[0]))
    finally:
        instrument.close()
    written = [note for _, note in notes(EXAMPLES[0])]
    assert len(timed) == written.count(36)
    assert unmapped == Counter(note for note in written if note != 36)


HELD = bytes([0xA9, 49, 127]), 49, 0.180  # a crash grabbed, its note, its choke_fade
CLOSED = bytes([0xB9, 4, 90]), 46, 0.035  # a pedal that comes down on an open hat


@pytest.mark.parametrize(("message", "note", "fade_s"), [HELD, CLOSED], ids=["held", "closed"])
def test_a_choke_silences_within_its_fade_and_what_is_not_choked_rings_on(
    kit, message, note, fade_s
):
    path = kit()
    path.write_text(path.read_text().replace("hihat_choke_at = 0", "hihat_choke_at = 90"))
    patch = load_patch(path)
    struck = [(0.0, bytes([0xB9, 4, 20])), (0.01, bytes([0x99, note, 127]))]
    silent = round((0.1 + fade_s) * RATE) + 1
    ringing, choked = (sound(patch, struck + more) for more in ([], [(0.1, message)]))
    assert np.abs(ringing[silent:]).max() > 0
    assert np.abs(choked[silent:]).max() == 0
    before = round(0.1 * RATE)
    assert np.array_equal(choked[:before], ringing[:before])


def sound(patch, performance) -> np.ndarray:
    """A performance with as much silence after it as a ringing hit would need."""
    instrument = OfflineInstrument(patch, 1, RATE, 1024, "frozen")
    try:
        timed, _ = instrument.events(performance)
        return np.concatenate(list(instrument.render(timed)))
    finally:
        instrument.close()


@pytest.mark.parametrize("name", PATCHES)
def test_every_shipped_kit_sounds_and_keeps_below_its_ceiling(kit, name):
    patch = load_patch(kit(name))
    _, peak, power, counters = render(patch, EXAMPLES[0], 8.0)
    assert counters["played"] > 50
    assert counters["bad_hits"] == counters["bad_samples"] == counters["empty"] == 0
    assert power > 1.0
    assert 0.05 < peak <= db_to_gain(patch.master["ceiling"]) + 1e-6
