"""Two processes with half the batch each learn what one does with all of it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training import parallel
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.gan import GanObjective
from astrodrum_live.training.hit_cache import save_hits
from astrodrum_live.training.recipe import Augment, load_recipe
from astrodrum_live.training.sampler import Sampler
from astrodrum_live.training.train import Trainer

LIVE = """
objective = "energy"
[model]
kind = "live"
latent_dim = 4
dim = 1
kernel_len = 3
phase_shuffle = 0
style_dim = 4
noise_bands = 4
modes = 2
[training]
steps = 6
batch = 4
learning_rate = 1e-3
final_rate = 0.1
betas = [0.8, 0.95]
ema = 0.9
low_precision = false
[energy]
ffts = [512, 256]
ffts_per_step = 1
kl_weight = 1e-3
noise_from = 2
[adversarial]
start = 3
weight = 0.1
learning_rate = 1e-4
penalty = 1.0
width = 2
ffts = [256]
[augment]
share = 0.5
semitones = 1.0
tilt_db = 1.0
[validation]
every = 3
hits = 2
"""

# ``LOG_EVERY`` of 1 gives the loss of every step; nothing is finished, only trained.
SCRIPT = """
import sys
from pathlib import Path
import torch
from astrodrum_live.training import parallel, train
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.recipe import load_recipe
torch.set_num_threads(1)
train.LOG_EVERY = 1
cache, batch, recipe, out = sys.argv[1:]
try:
    with parallel.joined("cpu"):
        told = load_recipe(recipe).with_training(batch=int(batch))
        train.Trainer(load_hits(Path(cache), 16384), told, Path(out)).run()
except (parallel.PeerError, ValueError) as error:
    sys.exit(str(error))
"""


def start(batches: list[int], cache: Path, recipe: Path, out: Path) -> list[subprocess.Popen]:
    """A process for each of ``batches``, all of one run, as torchrun starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    shared["WORLD_SIZE"] = str(len(batches))
    return [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, cache, str(batch), recipe, out],
            env=os.environ | shared | {"RANK": str(i), "LOCAL_RANK": str(i)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for i, batch in enumerate(batches)
    ]


@pytest.fixture(scope="module")
def cache(drums: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    save_hits(folder / "hits.npz", load_hits(drums, 16384, cache_dir=folder))
    return folder / "hits.npz"


def test_two_processes_have_the_loss_curve_of_one(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "live.toml").write_text(LIVE)
    started = start([4, 4], cache, tmp_path / "live.toml", tmp_path / "two")
    monkeypatch.setattr("astrodrum_live.training.train.LOG_EVERY", 1)
    recipe = load_recipe(str(tmp_path / "live.toml"))
    Trainer(load_hits(cache, 16384), recipe, tmp_path / "one").run()
    for process in started:
        _, told = process.communicate()
        assert process.returncode == 0, told
    one, two = (
        [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        for name in ("one", "two")
    )
    assert len(one) == len(two) == 7  # six steps and a validation; one process writes
    for a, b in zip(one, two, strict=True):
        assert a.keys() == b.keys()
        for key in a.keys() - {"seconds"}:
            near = 5e-3 if key == "gradient" else 1e-4  # sums in another order, steep near silence
            assert b[key] == pytest.approx(a[key], rel=near, abs=2e-5), (key, a["step"])


def test_a_process_whose_peer_is_gone_ends_and_says_so(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "live.toml").write_text(LIVE)
    # Of 3 hits no process can have half: the second ends at once, and the first hears of it.
    first, second = start([4, 3], cache, tmp_path / "live.toml", tmp_path / "out")
    assert "batch of 3 cannot be shared by 2 processes; use --batch 4" in second.communicate()[1]
    assert "another process of this run ended" in first.communicate()[1]
    assert (first.returncode, second.returncode) == (1, 1)


def test_processes_that_were_started_differently_are_told_so(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "live.toml").write_text(LIVE)
    recipe = load_recipe(str(tmp_path / "live.toml"))
    monkeypatch.setattr(parallel, "everyone", lambda value: [value, "something else"])
    with pytest.raises(parallel.PeerError, match="processes 0 and 1 differ in their data"):
        Trainer(load_hits(cache, 16384), recipe, tmp_path / "out")


def test_the_gradients_of_two_halves_average_to_those_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the paper's objective: penalty, phase shuffle and latents are the whole batch's."""
    recipe = tiny_recipe("wavegan")
    config = ModelConfig.from_dict(recipe.model | {"classes": ["a", "b"]})
    waves = 0.1 * np.random.RandomState(0).randn(4, 16384).astype(np.float32)
    label = np.array([0, 1, 1, 0])

    def gradients(rank: int, size: int) -> dict[str, torch.Tensor]:
        monkeypatch.setattr(parallel, "rank", lambda: rank)
        monkeypatch.setattr(parallel, "size", lambda: size)
        torch.manual_seed(0)
        objective = GanObjective(config, recipe, torch.device("cpu"))
        for optimiser in objective.optimisers.values():
            monkeypatch.setattr(optimiser, "step", lambda: None)
        rows = parallel.rows(4)
        random = torch.Generator().manual_seed(5)
        objective.step(0, lambda _: (waves[rows], label[rows]), random)
        return {name: p.grad for name, p in objective.trained.named_parameters()}

    whole, first, second = gradients(0, 1), gradients(0, 2), gradients(1, 2)
    for name, gradient in whole.items():
        mean = (first[name] + second[name]) / 2
        torch.testing.assert_close(
            mean, gradient, rtol=1e-3, atol=1e-3 * gradient.abs().max().item()
        )


def test_a_part_of_a_batch_is_that_part_of_the_whole(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = Sampler(load_hits(cache, 16384), Augment(0.5, 1.0, 1.0), 0)
    waves, label = sampler.batch(3, 4)
    part, of = sampler.batch(3, 4, rows=slice(2, 4))
    np.testing.assert_array_equal(part, waves[2:])
    np.testing.assert_array_equal(of, label[2:])
    whole = parallel.draw(torch.rand, (2, 4, 3), torch.Generator().manual_seed(1), axis=1)
    monkeypatch.setattr(parallel, "size", lambda: 2)
    monkeypatch.setattr(parallel, "rank", lambda: 1)
    drawn = parallel.draw(torch.rand, (2, 2, 3), torch.Generator().manual_seed(1), axis=1)
    assert torch.equal(drawn, whole[:, 2:])
    with pytest.raises(ValueError, match="batch of 5 cannot be shared by 2 processes"):
        parallel.rows(5)
