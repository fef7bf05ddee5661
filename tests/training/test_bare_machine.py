"""``python -m astrodrum_live.training``: torch, numpy and scipy are enough to train on a cache."""

import subprocess
import sys
from pathlib import Path

import pytest
from test_train_command import TINY
from test_training_imports import EXTRAS

from astrodrum_live.training.__main__ import main
from astrodrum_live.training.hit_cache import save_hits
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.state import load_state


def test_a_cache_trains_where_nothing_else_is_installed(hits: HitSet, tmp_path: Path) -> None:
    save_hits(tmp_path / "hits.npz", hits, compact=True)
    (tmp_path / "tiny.toml").write_text(TINY)
    blocked = (*EXTRAS, "torch.utils.tensorboard")
    code = (
        f"import sys\nfor name in {blocked!r}: sys.modules[name] = None\n"
        "from astrodrum_live.training.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )
    out = tmp_path / "mine"
    arguments = ["hits.npz", "--out", "mine", "--recipe", "tiny.toml", "--device", "cpu"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "step 3 of 3" in done.stderr
    assert "safetensors, which a model is written with, is not installed" in done.stderr
    assert load_state(out / "state")[0] == 3
    assert max(path.stat().st_size for path in out.rglob("*.*")) <= 16 * 2**20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.npz", "--out", "mine"], "none.npz: is no whole cache of hits"),
        (["none", "--out", "mine"], "none: no such folder"),
        (["none", "--out", "mine", "--recipe", "lively"], "no recipe 'lively'"),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.startswith("astrodrum: ")
    assert told.count("\n") == 1
