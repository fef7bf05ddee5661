"""The bank's hits are ready to play, findable by seed, and there without torch."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tiny_models import CLASSES

from astrodrum_live.model.bank import BANK, is_prompt, load_bank, make_bank, ready, save_bank
from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.player import load_model

RATE = 44100


def test_a_bank_comes_back_as_it_was(live_folder: Path, tmp_path: Path) -> None:
    bank = make_bank(load_model(live_folder), 2, 5)
    save_bank(tmp_path, bank)
    again = load_bank(tmp_path)
    assert again.classes == CLASSES
    assert again.sample_rate == RATE
    assert again.audio.shape == (3, 2, 16384)
    np.testing.assert_array_equal(again.audio, bank.audio)
    np.testing.assert_array_equal(again.seeds, [[5, 6], [1005, 1006], [2005, 2006]])
    assert again.hash == load_model(live_folder).hash


def test_a_hit_of_the_bank_is_found_by_its_seed(live_folder: Path) -> None:
    model = load_model(live_folder)
    bank = make_bank(model, 2, 5)
    seed = int(bank.seeds[1, 1])
    z = model.prior.sample(1, seed)
    np.testing.assert_array_equal(z, bank.latents[1, 1])
    mix = np.eye(3, dtype=np.float32)[1:2]
    hit = ready(model.generate(z[None], mix, np.array([seed], dtype=np.uint64))[0], RATE)
    np.testing.assert_array_equal(hit, bank.audio[1, 1])


def test_ready_hits_are_aligned_centred_faded_and_level() -> None:
    wave = np.zeros(4000)
    wave[300:] = 0.2 * np.cos(np.arange(3700) / 9) + 0.003
    hit = ready(wave, RATE) / 32767
    onset = np.argmax(np.abs(hit) > 0.1)
    assert onset <= 0.0005 * RATE
    assert np.abs(hit).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)
    assert abs(hit[16:-600].mean()) < 0.005
    assert len(hit) == 4000
    assert (hit[-200:] == 0).all()


def test_silence_and_broken_numbers_are_silence() -> None:
    assert not ready(np.zeros(100), RATE).any()
    assert not ready(np.full(100, np.nan), RATE).any()


def test_a_bank_loads_without_torch(live_folder: Path, tmp_path: Path) -> None:
    save_bank(tmp_path, make_bank(load_model(live_folder), 1, 0))
    code = (
        "import sys; from astrodrum_live.model.bank import load_bank;"
        f"load_bank({str(tmp_path)!r}); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_bank_cut_short_anywhere_is_refused(live_folder: Path, tmp_path: Path) -> None:
    save_bank(tmp_path, make_bank(load_model(live_folder), 1, 0))
    whole = (tmp_path / BANK).read_bytes()
    for keep in {0, 1, 30, 1000, len(whole) // 2, len(whole) - 1}:
        (tmp_path / BANK).write_bytes(whole[:keep])
        with pytest.raises(ModelError, match=BANK):
            load_bank(tmp_path)
    (tmp_path / BANK).unlink()
    with pytest.raises(ModelError, match=BANK):
        load_bank(tmp_path)


class Swelling:
    """A model whose hits of odd seeds swell; those of class 1 all do."""

    config = SimpleNamespace(classes=("kick", "hat"), sample_rate=44100)
    hash = "0" * 12
    prior = SimpleNamespace(sample=lambda label, seed: np.array([label, seed], np.float32))

    def generate(self, z, mix, seeds):
        time = np.arange(8192)
        if mix[0, 1] == 1 or seeds[0] % 2:
            envelope = np.clip((time - 300) / 2000, 0.0, 1.0) ** 2
            envelope[2:8] = 0.03  # a noise before it, which the rise then takes away
        else:
            envelope = np.exp(-time / 1000)
        return (envelope * np.cos(0.3 * time))[None].astype(np.float32)


def test_a_hit_that_swells_gives_way_to_the_next_as_long_as_there_is_one():
    bank = make_bank(Swelling(), 3, 10)
    assert bank.seeds.tolist() == [[10, 12, 14], [1010, 1011, 1012]]
    assert bank.latents[0, :, 1].tolist() == [10, 12, 14]
    assert all(is_prompt(sound, 44100) for sound in bank.audio[0])
    assert not any(is_prompt(sound, 44100) for sound in bank.audio[1])
