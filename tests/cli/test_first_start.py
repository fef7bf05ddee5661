"""Half a minute of compiling is told of, once."""

import os
import signal
import subprocess
import sys

import pytest
from command import REPO
from typer.testing import CliRunner

from astrodrum_live.cli import first_start
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.main import app
from astrodrum_live.rt import kernel_cache


class Compiling:
    """A process that would compile: it ends at the third look, or when it is killed."""

    def __init__(self, words: list[str], **_: object) -> None:
        self.words, self.looks, self.killed = words, 0, False
        RUN.append(self)

    def poll(self) -> int | None:
        self.looks += 1
        return 0 if self.looks > 3 or self.killed else None

    def kill(self) -> None:
        self.killed = True

    def wait(self) -> int:
        return 0


RUN: list[Compiling] = []


@pytest.fixture
def compiling(monkeypatch):
    monkeypatch.setattr(first_start.subprocess, "Popen", Compiling)
    monkeypatch.setattr(first_start, "LOOK_S", 0.001)
    RUN.clear()
    return RUN


@pytest.mark.parametrize("broken_off", [False, True])
def test_a_start_that_has_to_compile_says_so(tmp_path, monkeypatch, capsys, compiling, broken_off):
    folder = tmp_path / "kernel"
    if broken_off:
        folder.mkdir()
        (folder / "compiled_doors.post-12.py311.nbi").write_bytes(b"")
    monkeypatch.setattr(kernel_cache, "kernel_folder", lambda: folder)
    tell_of_compiling()
    assert "compiling the audio callback, once" in capsys.readouterr().err
    assert [one.words[1:] for one in compiling] == [["-m", "astrodrum_live.rt.doors"]]


def test_ctrl_c_while_it_compiles_ends_it_at_once_and_leaves_no_half_a_cache(
    tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "kernel"

    class Interrupted(Compiling):
        def poll(self) -> int | None:
            folder.mkdir(exist_ok=True)
            os.kill(os.getpid(), signal.SIGINT)
            return 0 if self.killed else None

    monkeypatch.setattr(first_start.subprocess, "Popen", Interrupted)
    monkeypatch.setattr(kernel_cache, "kernel_folder", lambda: folder)
    with pytest.raises(SystemExit) as ended:
        tell_of_compiling()
    assert ended.value.code == 128 + signal.SIGINT
    assert not folder.exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("file", ["compiled_doors.frame_at-152.py311.nbi", "kernel.image"])
def test_every_other_start_says_nothing(tmp_path, monkeypatch, capsys, compiling, file):
    (tmp_path / "rt").mkdir()
    (tmp_path / "rt" / file).write_bytes(b"")
    monkeypatch.setattr(kernel_cache, "kernel_folder", lambda: tmp_path)
    tell_of_compiling()
    assert capsys.readouterr().err == ""
    assert compiling == []


def test_what_compiling_writes_last_is_there_where_all_is_compiled():
    import astrodrum_live.rt.doors  # noqa: F401

    kept = kernel_cache.kernel_folder()
    assert any(any(kept.rglob(file)) for file in first_start.WHOLE)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bench", ["bench"]),
        ("hits", ["hits", "default", "--pad", "kick", "--own", "decay=0.7"]),
        ("takes", ["render", "none.performance.jsonl", "-o", "o.wav"]),
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
