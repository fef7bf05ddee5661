"""Training needs torch, numpy and scipy; the rest is imported where it is used, if it is there."""

import subprocess
import sys
from pathlib import Path

import astrodrum_live.training

EXTRAS = ("soundfile", "tensorboard", "matplotlib", "rich", "typer", "safetensors", "numba")


def test_every_module_imports_without_the_extras() -> None:
    folder = Path(astrodrum_live.training.__file__).parent
    names = [f"astrodrum_live.training.{path.stem}" for path in sorted(folder.glob("[a-z]*.py"))]
    assert len(names) > 10
    code = (
        f"import sys, importlib\nfor name in {EXTRAS!r}: sys.modules[name] = None\n"
        f"for name in {names!r}: importlib.import_module(name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
