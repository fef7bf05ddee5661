"""A model folder loads whole or is refused by name; a hit is a pure function of its seeds."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from tiny_models import CLASSES, DIM, save_tiny, tiny_config

from astrodrum_live.model import checkpoint
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS, ModelError, read_card, replace_file
from astrodrum_live.model.player import load_model


@pytest.fixture
def folder(live_folder: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "model"
    shutil.copytree(live_folder, copy)
    return copy


def rewrite(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Other weights with a config that vouches for them."""
    import hashlib

    save_file(arrays, folder / WEIGHTS)
    config = json.loads((folder / CONFIG).read_text())
    config["weights_sha256"] = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    (folder / CONFIG).write_text(json.dumps(config))


def latents(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.RandomState(2)
    z = random.uniform(-1, 1, (count, DIM)).astype(np.float32)
    mix = np.eye(len(CLASSES), dtype=np.float32)[np.arange(count) % len(CLASSES)]
    return z, mix, np.arange(count, dtype=np.uint64) + np.uint64(1 << 63)


@pytest.mark.parametrize("kind", ["live", "wavegan"])
def test_a_saved_model_comes_back(kind: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(f"{kind}_folder")
    model = load_model(folder)
    assert model.config == tiny_config(kind)
    assert len(model.hash) == 12
    assert model.prior.dim == DIM
    assert model.generate(*latents(2)).shape == (2, 16384)


@pytest.mark.parametrize("kind", ["live", "wavegan"])
def test_generation_is_a_pure_function_of_its_seeds(
    kind: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(f"{kind}_folder")
    z, mix, seeds = latents(5)
    first, again = (load_model(folder).generate(z, mix, seeds) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    torch.manual_seed(99)
    np.testing.assert_array_equal(first, load_model(folder).generate(z, mix, seeds))


def test_neighbours_in_a_batch_do_not_matter(live_folder: Path) -> None:
    model = load_model(live_folder)
    z, mix, seeds = latents(5)
    together = model.generate(z, mix, seeds)
    for i in range(5):
        alone = model.generate(z[i : i + 1], mix[i : i + 1], seeds[i : i + 1])
        np.testing.assert_array_equal(alone[0], together[i])


def test_another_noise_seed_is_another_hit(live_folder: Path) -> None:
    model = load_model(live_folder)
    z, mix, seeds = latents(1)
    a, b = model.generate(z, mix, seeds), model.generate(z, mix, seeds + np.uint64(1))
    assert np.abs(a - b).max() > 1e-4


def test_no_hits_are_no_hits(live_folder: Path) -> None:
    z, mix, seeds = latents(1)
    assert load_model(live_folder).generate(z[:0], mix[:0], seeds[:0]).shape == (0, 16384)


def test_shapes_that_do_not_fit_are_refused(live_folder: Path) -> None:
    model = load_model(live_folder)
    z, mix, seeds = latents(2)
    with pytest.raises(ValueError, match="z has shape"):
        model.generate(z[:, :-1], mix, seeds)
    with pytest.raises(ValueError, match="mix has shape"):
        model.generate(z, mix[:1], seeds)


def test_reading_a_card_needs_no_torch(live_folder: Path) -> None:
    code = (
        "import sys; from astrodrum_live.model.checkpoint import read_card;"
        f"card = read_card({str(live_folder)!r}); card.prior.sample(0, 1);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_hash_changes_with_the_weights(live_folder: Path, folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS)
    arrays["generator.noise.gains.bias"] = arrays["generator.noise.gains.bias"] + 1
    rewrite(folder, arrays)
    assert read_card(folder).hash != read_card(live_folder).hash


def test_weights_cut_short_anywhere_are_refused(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    for keep in {0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 1}:
        (folder / WEIGHTS).write_bytes(whole[:keep])
        with pytest.raises(ModelError, match=WEIGHTS):
            load_model(folder)


def test_weights_cut_short_are_refused_even_where_the_config_vouches_for_them(
    folder: Path,
) -> None:
    import hashlib

    whole = (folder / WEIGHTS).read_bytes()
    config = json.loads((folder / CONFIG).read_text())
    for keep in {0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 1}:
        (folder / WEIGHTS).write_bytes(whole[:keep])
        config["weights_sha256"] = hashlib.sha256(whole[:keep]).hexdigest()
        (folder / CONFIG).write_text(json.dumps(config))
        with pytest.raises(ModelError, match=WEIGHTS):
            load_model(folder)


def test_a_config_cut_short_is_refused(folder: Path) -> None:
    whole = (folder / CONFIG).read_bytes().rstrip()
    for keep in range(0, len(whole), 97):
        (folder / CONFIG).write_bytes(whole[:keep])
        with pytest.raises(ModelError, match=CONFIG):
            read_card(folder)


def test_a_tensor_of_another_shape_is_named(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS)
    arrays["generator.out.weight"] = arrays["generator.out.weight"][:, :, :-1].copy()
    rewrite(folder, arrays)
    with pytest.raises(ModelError, match=r"'out\.weight' has shape \(4, 2, 4\).*\(4, 2, 5\)"):
        load_model(folder)


def test_a_missing_and_a_foreign_tensor_are_named(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS)
    bias = arrays.pop("generator.noise.gains.bias")
    rewrite(folder, arrays)
    with pytest.raises(ModelError, match=r"'noise\.gains\.bias' is missing"):
        load_model(folder)
    rewrite(folder, arrays | {"generator.noise.gains.bias": bias, "generator.more": bias})
    with pytest.raises(ModelError, match="'more' does not belong"):
        load_model(folder)


def test_weights_that_are_not_numbers_are_refused(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS)
    arrays["generator.noise.gains.bias"] = np.full_like(
        arrays["generator.noise.gains.bias"], np.nan
    )
    rewrite(folder, arrays)
    with pytest.raises(ModelError, match="not finite"):
        load_model(folder)


def test_a_prior_that_is_not_whole_is_refused(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS)
    for broken in (
        {k: v for k, v in arrays.items() if k != "prior.means"},
        arrays | {"prior.low": arrays["prior.low"][:-1].copy()},
        arrays | {"prior.label": np.zeros_like(arrays["prior.label"])},
    ):
        rewrite(folder, broken)
        with pytest.raises(ModelError, match="prior"):
            read_card(folder)


class Planted:
    """Unpickling this would leave a file behind."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.file,))


@pytest.mark.parametrize("protocol", [2, 4, "torch"])
def test_a_pickle_is_refused_and_never_opened(
    folder: Path, tmp_path: Path, protocol: int | str
) -> None:
    ran = tmp_path / "ran"
    if protocol == "torch":
        torch.save({"planted": Planted(ran)}, folder / WEIGHTS)
    else:
        (folder / WEIGHTS).write_bytes(pickle.dumps(Planted(ran), protocol=protocol))
    with pytest.raises(ModelError, match=r"pickle.*safetensors"):
        load_model(folder)
    assert not ran.exists()


def test_a_pickle_in_place_of_the_weights_is_named(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "model.pt")
    with pytest.raises(ModelError, match=r"model\.pt is a pickle"):
        load_model(folder)


def test_missing_folder_and_files_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder; there is none beside it"):
        load_model(tmp_path / "none" / "nowhere")
    with pytest.raises(ModelError, match=f"beside it there are: .*{folder.name}"):
        load_model(folder.parent / "nowhere")
    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match=WEIGHTS):
        load_model(folder)
    (folder / CONFIG).unlink()
    with pytest.raises(ModelError, match=CONFIG):
        load_model(folder)


def test_another_format_is_refused(folder: Path) -> None:
    config = json.loads((folder / CONFIG).read_text()) | {"format": 99}
    (folder / CONFIG).write_text(json.dumps(config))
    with pytest.raises(ModelError, match="format 99"):
        read_card(folder)


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    replace_file(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"


def test_saving_twice_gives_the_same_hash(tmp_path: Path) -> None:
    assert save_tiny(tmp_path / "a") == save_tiny(tmp_path / "b")


@pytest.mark.parametrize("cut", [".config.json.next", WEIGHTS, CONFIG])
def test_a_save_killed_between_its_files_leaves_one_whole_model(tmp_path, monkeypatch, cut):
    """The planted failure stands in for a kill before the named file takes its place."""
    old = save_tiny(tmp_path)
    move = os.replace

    def killed(part, path):
        if Path(path).name == cut:
            raise Killed
        move(part, path)

    other = checkpoint.UniformPrior(DIM, len(CLASSES))
    arrays = {k: v + 1 for k, v in load_file(tmp_path / WEIGHTS).items()}
    arrays = {k.removeprefix("generator."): v for k, v in arrays.items() if k.startswith("gen")}
    again = (tiny_config(), other, {"generator": arrays}, {"steps": 2}, {}, {})
    monkeypatch.setattr(checkpoint.os, "replace", killed)
    with pytest.raises(Killed):
        checkpoint.save_model(tmp_path, *again)
    monkeypatch.undo()
    card = load_model(tmp_path).card
    assert (card.hash == old) == (cut != CONFIG)
    assert card.training == ({"steps": 2} if cut == CONFIG else {})
    cut = WEIGHTS  # of the next save
    monkeypatch.setattr(checkpoint.os, "replace", killed)
    with pytest.raises(Killed):
        checkpoint.save_model(tmp_path, *again[:3], {"steps": 3}, {}, {})
    monkeypatch.undo()
    assert read_card(tmp_path).hash == card.hash
    checkpoint.write_scores(tmp_path, {"measures": {}})
    assert read_card(tmp_path).hash == card.hash
    assert read_card(tmp_path).scores == {"measures": {}}
    checkpoint.save_model(tmp_path, *again)
    assert not (tmp_path / ".config.json.next").exists()
    assert read_card(tmp_path).training == {"steps": 2}


class Killed(BaseException):
    """Nothing catches it."""
