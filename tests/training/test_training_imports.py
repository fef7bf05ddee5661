"""Training and evaluation need torch, numpy and scipy; the rest is imported where it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

import astrodrum_live

EXTRAS = ("soundfile", "tensorboard", "matplotlib", "rich", "typer", "safetensors", "numba")


@pytest.mark.parametrize("package", ["training", "evaluation"])
def test_every_module_imports_without_the_extras(package: str) -> None:
    folder = Path(astrodrum_live.__file__).parent / package
    names = [f"astrodrum_live.{package}.{path.stem}" for path in sorted(folder.glob("[a-z]*.py"))]
    assert len(names) > 10
    code = (
        f"import sys, importlib\nfor name in {EXTRAS!r}: sys.modules[name] = None\n"
        f"for name in {names!r}: importlib.import_module(name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
