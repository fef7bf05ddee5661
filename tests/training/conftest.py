"""One folder of synthetic hits, read once."""

from pathlib import Path

import pytest
import torch
from tiny_runs import write_hits

from astrodrum_live.training.data import HitSet, load_hits


@pytest.fixture(scope="session")
def drums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hits(tmp_path_factory.mktemp("drums"))


@pytest.fixture(scope="session")
def hits(drums: Path, tmp_path_factory: pytest.TempPathFactory) -> HitSet:
    return load_hits(drums, 16384, cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
