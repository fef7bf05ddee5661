"""Half a minute of compiling is told of, once."""

import subprocess
import sys

import pytest
from command import REPO
from typer.testing import CliRunner

from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.main import app
from astrodrum_live.rt import jit


def test_a_start_that_has_to_compile_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jit.numba.config, "CACHE_DIR", str(tmp_path / "kernel"))
    tell_of_compiling()
    assert "compiling the audio callback, once" in capsys.readouterr().err


def test_every_other_start_says_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jit.numba.config, "CACHE_DIR", str(tmp_path))
    tell_of_compiling()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bench", ["bench"]),
        ("hits", ["hits", "default", "--pad", "kick", "--own", "decay=0.7"]),
        ("takes", ["render", "none.performance.json", "-o", "o.wav"]),
    ],
)
def test_every_verb_that_compiles_says_so(monkeypatch, tmp_path, module, words):
    def told() -> None:
        raise RuntimeError("told of compiling")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(f"astrodrum_live.cli.{module}.tell_of_compiling", told)
    assert CliRunner().invoke(app, words).stderr == "astrodrum: told of compiling\n"


def test_hits_need_no_callback(kit, tmp_path, command_environment):
    words = ["hits", str(kit()), "--pad", "kick", "-o", str(tmp_path / "hits")]
    code = (
        "import sys; from astrodrum_live.cli.main import app; "
        f"app({words!r}, standalone_mode=False); "
        "print([name for name in sys.modules if name.startswith('astrodrum_live.rt')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPO, env=command_environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
