"""Small trips: what cannot be written is told before the work, and a log gets no empty lines."""

import errno
import io
import tempfile

import pytest
from rich.console import Console

from astrodrum_live.cli.encode import _check
from astrodrum_live.cli.errors import must_be_replaceable
from astrodrum_live.cli.knobs import _knobs
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.training.console import telling


@pytest.fixture
def closed(monkeypatch):
    """Nothing can be made beside a file, as in a folder of root's."""

    def refuse(*args, **more):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)


def test_a_kit_that_cannot_be_replaced_is_told_before_anything_is_encoded(kit, closed, tmp_path):
    into = kit()
    before = into.read_bytes()
    with pytest.raises(ValueError, match=r"default\.toml cannot be replaced.*Permission denied"):
        _check([tmp_path / "a.wav"], None, into, None, None)
    assert into.read_bytes() == before


def test_a_model_that_cannot_be_replaced_is_told_before_knobs_are_sought(tiny_model, closed):
    with pytest.raises(ValueError, match=r"config\.json cannot be replaced"):
        _knobs(str(tiny_model), 20, 4, 0, "cpu", False, True, True)


def test_what_can_be_replaced_is_left_as_it_is(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")
    must_be_replaceable(path)
    assert path.read_text() == "a = 1\n"
    assert list(tmp_path.iterdir()) == [path]


def consoles(monkeypatch, terminal):
    out = io.StringIO()
    monkeypatch.setattr(
        "rich.console.Console", lambda **more: Console(file=out, force_terminal=terminal, width=60)
    )
    return out


def test_a_bar_leaves_nothing_in_a_log(monkeypatch):
    out = consoles(monkeypatch, terminal=False)
    with progress_bar("reading", None, quiet=False) as done:
        done(3, 7)
    assert out.getvalue() == ""


def test_a_bar_may_be_told_later_of_how_many(monkeypatch):
    out = consoles(monkeypatch, terminal=True)
    with progress_bar("reading", None, quiet=False) as done:
        done(7, 7)
    assert "100%" in out.getvalue()


def test_reading_is_told_every_five_seconds():
    class Lines(list):
        is_terminal = False
        print = list.append

    lines, now = Lines(), [0.0]
    tell = telling(lines, "reading files", lambda: now[0])
    for now[0] in (1.0, 5.0, 6.0, 11.0):
        tell(int(now[0]), 20)
    assert lines == ["reading files: 5 of 20", "reading files: 11 of 20"]
