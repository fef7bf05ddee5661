"""A generator of the original WaveGAN, imported: sample for sample what TensorFlow makes of it."""

import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from original_graph import CASES, COMMITTED, FIXTURES, heard, save_original
from small_bundles import INDEX, replace_tensor, write_table

from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.original_wavegan import OriginalGenerator, read_original
from astrodrum_live.model.tensor_bundle import open_bundle
from astrodrum_live.model.wavegan import Generator

NEAR = 1e-4  # of full scale: what the issue asks for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A training folder that may be damaged."""
    return Path(shutil.copytree(FIXTURES / "post_filter", tmp_path / "train"))


def play(original: OriginalGenerator, z: np.ndarray) -> np.ndarray:
    """(n, latent_dim) to (n, slice_len)."""
    network = Generator(original.config).requires_grad_(False)
    network.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in original.arrays.items()})
    with torch.inference_mode():
        return network(torch.from_numpy(z), torch.ones(len(z), 1)).numpy()


@pytest.mark.parametrize("name", COMMITTED)
def test_the_waves_are_those_tensorflow_made(name: str) -> None:
    """Checkpoints and waves were made by TensorFlow (original_graph.py), both ends included."""
    with np.load(FIXTURES / name / "expected.npz") as stored:
        expected = dict(stored)
    original = read_original(open_bundle(FIXTURES / name), "kick")
    case = CASES[name]
    config = original.config
    assert (config.slice_len, config.dim, config.latent_dim, config.kernel_len) == (
        case.slice_len, case.dim, case.latent_dim, 25,
    )  # fmt: skip
    assert (config.upsample, config.post_filter) == (case.upsample, case.post_filter)
    assert (original.normed, original.steps) == (case.batch_norm, 18207)
    assert (config.classes, config.sample_rate) == (("kick",), 44100)
    wave = play(original, expected["z"])
    assert np.abs(expected["wave"]).max() > 0.1
    np.testing.assert_allclose(wave[:, heard(case.slice_len)], expected["wave"], rtol=0, atol=NEAR)


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow itself")
@pytest.mark.parametrize("name", CASES)
def test_the_waves_are_those_tensorflow_makes_here(name: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own
        z, expected = save_original(CASES[name], tmp_path / "train", seed=5)
    wave = play(read_original(open_bundle(tmp_path / "train"), "kick"), z)
    print(f"{name}: largest difference {np.abs(wave - expected).max():.2g}")
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(wave, expected, rtol=0, atol=NEAR)


def test_without_the_originals_arguments_the_rate_is_its_default(folder: Path) -> None:
    (folder / "args.txt").unlink()
    assert read_original(open_bundle(folder), "kick").config.sample_rate == 16000
    assert read_original(open_bundle(folder), "kick", rate=22050).config.sample_rate == 22050


def test_a_long_slice_is_told_by_the_arguments_or_asked_for(tmp_path: Path) -> None:
    """32768 and 65536 frames have the same tensors: only the last stride differs."""
    folder = Path(shutil.copytree(FIXTURES / "long", tmp_path / "train"))
    bundle = open_bundle(folder)
    assert read_original(bundle, "kick").config.slice_len == 65536
    (folder / "args.txt").write_text("data_slice_len,rubbish\n,,\n")
    with pytest.raises(ModelError, match=r"6 layers.*do not tell which; give --slice 32768 or"):
        read_original(bundle, "kick")
    assert read_original(bundle, "kick", slice_len=32768).config.slice_len == 32768
    with pytest.raises(ModelError, match="not 16384; give --slice 32768 or 65536"):
        read_original(bundle, "kick", slice_len=16384)


KERNEL = "G/upconv_4/conv2d_transpose/kernel"
ONES = np.ones((1, 25, 1, 1))


@pytest.mark.parametrize(
    ("name", "array", "instead", "words"),
    [
        ("G/z_project/dense/kernel", None, None, "'G/z_project/dense/kernel' is missing"),
        ("G/upconv_2/conv2d_transpose/bias", None, None, "upconv_2/conv2d_transpose/bias' is miss"),
        (KERNEL, ONES[..., 0], None, r"shape \(1, 25, 1\); the original's has 4"),
        (KERNEL, np.ones((1, 25, 2, 1)), None, "makes 2 channels; only mono"),
        (KERNEL, np.ones((1, 24, 1, 1)), None, "kernel_len is 24; it must be odd"),
        (KERNEL, np.ones((1, 25, 1, 3)), None, r"\(1, 25, 1, 3\); a network of d = 1 .* needs"),
        (KERNEL, ONES * np.nan, None, f"'{KERNEL}' holds values that are not finite"),
        ("D/downconv_0/conv1d/kernel", ONES, "G/extra", "'G/extra' has no place"),
    ],
)
def test_another_network_is_refused_by_the_tensors_name(
    folder: Path, name: str, array: np.ndarray | None, instead: str | None, words: str
) -> None:
    replace_tensor(folder, name, array, instead)
    with pytest.raises(ModelError, match=words):
        read_original(open_bundle(folder), "kick")


def test_another_programs_checkpoint_is_refused(folder: Path) -> None:
    (folder / INDEX).write_bytes(write_table({b"": b"\x08\x01", b"w": b"\x08\x01"}))
    with pytest.raises(ModelError, match="z_project/dense/kernel' is missing; it holds w"):
        read_original(open_bundle(folder), "kick")
