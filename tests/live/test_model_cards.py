"""A model's card is as large as its weights: it is read when they are new, not at every change of
kit."""

import os
import shutil

import pytest

from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live import model_choice
from astrodrum_live.live.model_choice import MOST_KNOWN, choose_model
from astrodrum_live.model.checkpoint import WEIGHTS, ModelError


@pytest.fixture
def read(monkeypatch):
    """The folders whose cards were read, in order."""
    found = []
    read_card = model_choice.read_card
    monkeypatch.setattr(model_choice, "_known", {})
    monkeypatch.setattr(
        model_choice, "read_card", lambda folder: (found.append(folder), read_card(folder))[1]
    )
    return found


def test_it_is_read_once_for_all_kits_that_play_it(kit, tiny_model, read):
    first, second = (load_patch(kit(name, model=tiny_model)) for name in ("default", "electro"))
    one, other, again = choose_model(first), choose_model(second), choose_model(first)
    assert one.hash == other.hash == again.hash
    assert one.sounds == again.sounds
    assert len(read) == 1


def test_it_is_read_again_when_its_files_are_others(kit, tiny_model, read, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    patch = load_patch(kit("default", model=model))
    hash_ = choose_model(patch).hash
    weights = model / WEIGHTS
    whole, was = weights.read_bytes(), weights.stat()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(weights, ns=(was.st_atime_ns, was.st_mtime_ns + 1))
    with pytest.raises(ModelError, match="is not the file"):
        choose_model(patch)
    weights.write_bytes(whole)
    assert choose_model(patch).hash == hash_
    assert len(read) == 3


def test_of_many_models_a_few_are_known(kit, tiny_model, read, tmp_path):
    for number in range(MOST_KNOWN + 2):
        model = shutil.copytree(tiny_model, tmp_path / f"model-{number}")
        choose_model(load_patch(kit("default", model=model)))
    assert len(model_choice._known) == MOST_KNOWN
