"""Real performances and every shipped kit: each note on its pad and frame, nothing broken."""

from pathlib import Path

import mido
import numpy as np
import pytest

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


def notes(path: Path, patch) -> list[tuple[int, int]]:
    """Frame and pad of every note, read from the file without our reader's help."""
    mapping, seconds, found = Mapping(patch), 0.0, []
    for message in mido.MidiFile(path):
        seconds += message.time
        if message.type == "note_on" and message.velocity > 0:
            hits = mapping.hits(message.note, message.velocity / 127)
            found += [(max(round(seconds * RATE), 1), hit.pad) for hit in hits]
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
    assert played == notes(path, patch), path.name
    assert counters["empty"] == counters["late"] == counters["repeated"] == 0
    assert counters["bad_hits"] == counters["bad_samples"] == 0
    assert power > 0
    assert peak <= db_to_gain(-0.3) + 1e-6


@pytest.mark.parametrize("name", PATCHES)
def test_every_shipped_kit_sounds_and_keeps_below_its_ceiling(kit, name):
    patch = load_patch(kit(name))
    _, peak, power, counters = render(patch, EXAMPLES[0], 8.0)
    assert counters["played"] > 50
    assert counters["bad_hits"] == counters["bad_samples"] == counters["empty"] == 0
    assert power > 1.0
    assert 0.05 < peak <= db_to_gain(patch.master["ceiling"]) + 1e-6
