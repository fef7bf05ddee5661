"""A disk that takes no more: the file is named, the remedy told, and no cut file is left."""

import os
import subprocess

import pytest
from command import COMMAND, EXAMPLE
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.control import patch_file
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.model import checkpoint
from astrodrum_live.whole_file import whole_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a file's size")
REMEDY = "File too large; make room there, or name another place"


@pytest.fixture
def on_a_full_disk(command_environment):
    """Runs a command whose files end at ``size`` bytes; the last line of its standard error."""
    import resource

    def run(*words: object, size: int = 2000) -> str:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            env={**command_environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )
        assert done.returncode == 2, done.stderr
        return done.stderr.splitlines()[-1]

    return run


def test_a_rendering_that_does_not_fit_keeps_the_earlier_file(kit, tmp_path, monkeypatch):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    length = OfflineInstrument.length

    def fill(*given):  # not before: shared memory is a file too
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        return length(*given)

    monkeypatch.setattr(OfflineInstrument, "length", fill)
    (tmp_path / "takes").mkdir()
    out = tmp_path / "takes" / "o.wav"
    out.write_bytes(b"earlier")
    words = ["render", kit(), EXAMPLE, "-o", out, "--generator", "frozen"]
    try:
        done = CliRunner().invoke(app, [str(word) for word in words])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == f"astrodrum: {out}: {REMEDY}"
    assert [path.name for path in out.parent.iterdir()] == ["o.wav"]
    assert out.read_bytes() == b"earlier"


def test_a_hit_that_does_not_fit_is_not_there(on_a_full_disk, kit, tmp_path):
    out = tmp_path / "hits"
    line = on_a_full_disk("hits", kit(), "--pad", "kick", "-o", out)
    assert line.startswith(f"astrodrum: {out / 'kick_0001_'}")
    assert line.endswith(f".wav: {REMEDY}")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "replace",
    [
        lambda path: checkpoint.replace_file(path, bytes(5000)),
        lambda path: patch_file.replace_file(path, "x" * 5000),
    ],
    ids=["model", "kit"],
)
def test_what_is_replaced_stays_as_it_was_and_the_file_is_named(tmp_path, replace):
    import resource

    path = tmp_path / "file.toml"
    path.write_text("earlier")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as told:
            replace(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.filename == str(path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(path.name, "earlier")]


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with whole_file(tmp_path / "link") as part:
        part.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    os.mkfifo(tmp_path / "pipe")
    with whole_file(tmp_path / "pipe") as part:
        assert part == tmp_path / "pipe"
    assert (tmp_path / "pipe").is_fifo()
