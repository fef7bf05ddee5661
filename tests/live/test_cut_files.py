"""A file cut off anywhere is refused in a line that names it, or read as the less that it is; the
kit that plays goes on."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from astrodrum_live.control.events import Hit
from astrodrum_live.control.midi_file import MidiFileError, read_performance
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.generation.frozen_pads import class_pad, load_pad, save_pad
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.model_choice import choose_model
from astrodrum_live.live.performance import FORMAT, VERSION, PerformanceError, read_take
from astrodrum_live.model.bank import BANK, load_bank
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS, ModelError, read_card
from astrodrum_live.now import now_ns

REPO = Path(__file__).resolve().parents[2]
PERCENT = range(100)


def cut_everywhere(path: Path, read: Callable[[], object], refusal: type[Exception]) -> int:
    """Cut ``path`` at every hundredth of its length, and read; how often it was refused. Each time
    in one line that names the file; anything else that is raised ends the test."""
    whole, refused = path.read_bytes(), 0
    for percent in PERCENT:
        path.write_bytes(whole[: len(whole) * percent // 100])
        told = ""
        try:
            read()
        except refusal as error:
            told = str(error)
            refused += 1
        assert not told or (path.name in told and "\n" not in told)
    path.write_bytes(whole)
    read()
    return refused


@pytest.mark.parametrize("name", ["default", "electro", "crossover", "moonquake", "astrobeats"])
def test_a_kit(kit, name):
    path = kit(name)
    assert cut_everywhere(path, lambda: load_patch(path), PatchError) > 40


@pytest.mark.parametrize("file", [WEIGHTS, CONFIG])
def test_a_models_weights_and_config(tiny_model, tmp_path, file):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    assert cut_everywhere(model / file, lambda: read_card(model), ModelError) == 100


def test_a_models_bank(tiny_model, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    assert cut_everywhere(model / BANK, lambda: load_bank(model), ModelError) == 100


def test_frozen_hits_that_are_cut_are_none(tiny_model, tmp_path):
    save_pad(tmp_path / "pads", "0123", class_pad(load_bank(tiny_model), 0))
    (file,) = (tmp_path / "pads").iterdir()
    whole = file.read_bytes()
    for percent in PERCENT:
        file.write_bytes(whole[: len(whole) * percent // 100])
        assert load_pad(tmp_path, "0123") is None
    file.write_bytes(whole)
    assert load_pad(tmp_path, "0123") is not None


@pytest.mark.parametrize("name", ["funk-138.mid", "fusion-96.mid"])
def test_a_midi_file(tmp_path, name):
    path = Path(shutil.copy(REPO / "examples" / "midi" / name, tmp_path))
    assert cut_everywhere(path, lambda: read_performance(path), MidiFileError) == 100


def test_a_performance_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "take.performance.json"
    head = {
        "format": FORMAT, "version": VERSION, "astrodrum": "0", "rate": 48000, "voices": 8,
        "hit_seconds": 0.5, "generator": "frozen", "threads": 1,
    }  # fmt: skip
    lines = [head, *({"frame": 9 * n, "do": "choke", "pad": n % 16} for n in range(60))]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert cut_everywhere(path, lambda: read_take(path), PerformanceError) < 10


def test_the_kit_that_plays_goes_on_whatever_is_loaded_in_its_place(kit, tiny_model, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    weights, bank = model / WEIGHTS, model / BANK
    first = load_patch(kit("default"))
    other = load_patch(kit("electro", model=model))
    choose_model(other)
    whole = weights.read_bytes()
    options = Options("null", generator="frozen", session=1)
    instrument = LiveInstrument(first, options, lambda line: None)
    try:
        struck = 0
        for percent in range(0, 100, 5):
            weights.write_bytes(whole[: len(whole) * percent // 100])
            with pytest.raises(ModelError, match=WEIGHTS):
                instrument.kit.change(other)
            assert instrument.patch.kit == "default"
            instrument.post(Hit(percent % 16, 1.0), now_ns())
            struck += 1
        instrument.scheduler.close()
        counters = wait_for(instrument, struck)
        assert (counters["played"], counters["empty"]) == (struck, 0)
        assert bank.exists()
    finally:
        instrument.close()


def wait_for(instrument: LiveInstrument, struck: int) -> dict[str, int]:
    deadline_s = time.monotonic() + 20
    while instrument.engine.counters()["played"] < struck and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return instrument.engine.counters()
