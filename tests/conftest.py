"""A model small enough to be made in a moment, and the shipped kits pointed at it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jack_leftovers import forget_dead_servers

REPO = Path(__file__).resolve().parents[1]
RECORDED = ("kick", "snare", "hat_closed", "hat_open", "clap", "tom", "cymbal", "perc")
CLASSES = (*RECORDED, *(f"e_{name}" for name in RECORDED))
TINY = {"latent_dim": 16, "dim": 8, "kernel_len": 7, "style_dim": 16, "noise_bands": 8, "modes": 4}

os.environ["ASTRODRUM_HOME"] = os.path.join(os.devnull, "none")  # no kits of whoever runs these

# Now and never again: a process that has met libjack keeps to the register that it found.
forget_dead_servers()

KitWriter = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """The folder of an untrained model with random weights, and its bank of 4 hits per class."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def other_model(tmp_path_factory) -> Path:
    """The folder of a model whose latents are none of the tiny one's."""
    return make_model(tmp_path_factory.mktemp("models") / "other", latent_dim=8)


def make_model(folder: Path, **settings) -> Path:
    """A model folder as ``astrodrum train`` leaves it, but for the training."""
    import torch

    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.model.bank import make_bank, save_bank
    from astrodrum_live.model.checkpoint import save_model
    from astrodrum_live.model.config import ModelConfig
    from astrodrum_live.model.latents import NormalPrior
    from astrodrum_live.model.player import build_generator, load_model

    start_torch("cpu")
    torch.manual_seed(1)
    config = ModelConfig("live", CLASSES, **{**TINY, **settings})
    weights = {name: value.numpy() for name, value in build_generator(config).state_dict().items()}
    prior = NormalPrior(config.latent_dim, len(CLASSES))
    save_model(folder, config, prior, {"generator": weights}, {}, {}, {})
    save_bank(folder, make_bank(load_model(folder), 4, 0))
    return folder


@pytest.fixture
def kit(tiny_model, tmp_path) -> KitWriter:
    """Writes a kit for the tiny model: a shipped one by name, changed as told, or a text's."""

    def write(name: str = "default", body: str | None = None, model: Path = tiny_model) -> Path:
        shipped = REPO / "patches" / f"{name}.toml"
        text = shipped.read_text() if body is None else f'format = "astrodrum-kit"\n{body}'
        if body is None:  # the kit that electro leads to has another model
            text = text.replace('[morph]\nto = "default"\n', "")
        head = f'version = 1\nmodel = "{model.as_posix()}"'
        path = tmp_path / f"{name}.toml"
        path.write_text(text.replace("version = 1", head, 1))
        return path

    return write


@pytest.fixture
def shared_blocks() -> Callable[[], set[str]]:
    """The blocks of shared memory that this process's engines have made and not removed."""

    def names() -> set[str]:
        folder = Path("/dev/shm")
        own = folder.glob(f"astrodrum-{os.getpid()}-*")
        return {path.name for path in own} if folder.is_dir() else set()

    return names


@pytest.fixture
def command_environment() -> dict[str, str]:
    """For programs that a test starts: this checkout's package, plain output."""
    path = os.pathsep.join([str(REPO), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.fixture
def python() -> str:
    """The interpreter the tests run under."""
    return sys.executable
