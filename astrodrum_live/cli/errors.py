"""Errors a user can mend: one line on standard error, exit code 2."""

import errno
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from astrodrum_live.params import Param

USAGE = 2
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def fail(message: str, as_json: bool = False) -> NoReturn:
    """End with exit code 2 and ``message``; with ``as_json`` also as an object on stdout."""
    print(f"astrodrum: {message}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": message}))
    raise SystemExit(USAGE)


def must_be_writable(path: Path) -> None:
    """Make the folder of a file that will be written at the end of long work, and try the file.

    Errors: ``ValueError`` naming the file and what stands in the way.
    """
    there = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None


def must_be_replaceable(path: Path) -> None:
    """Try what replacing a file takes, before long work: a new file beside it, and the old one.

    Errors: ``ValueError`` naming the file and what stands in the way.
    """
    must_be_writable(path)
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.resolve().parent):
            pass
    except OSError as error:
        text = f"{path} cannot be replaced: nothing can be written beside it ({error.strerror})"
        raise ValueError(text) from None


def must_not_be_read(path: Path, others: Iterable[Path]) -> None:
    """Refuse to write over a file that the same command reads or writes. Errors: ``ValueError``."""
    for other in others:
        if os.path.realpath(path) == os.path.realpath(other):
            raise ValueError(f"{path} is a file of this very command; name another")


def must_be_wav(path: Path | None) -> None:
    """Refuse a file whose name promises another format than WAV. Errors: ``ValueError``."""
    if path and path.suffix.lower() not in ("", ".wav"):
        raise ValueError(f"{path}: only WAV is written; name it {path.with_suffix('.wav').name}")


def must_be_seconds(option: str, seconds: float | None) -> None:
    """Refuse a length that is none. Errors: ``ValueError``."""
    if seconds is not None and not seconds >= 0:  # NaN is not
        raise ValueError(f"{option} is {seconds:g}; it must be 0 or more")


def must_be_in_range(option: str, row: Param, value: float) -> None:
    """Refuse what is not in a row's range. Errors: ``ValueError``."""
    if not row.low <= value <= row.high:  # NaN is not
        raise ValueError(f"{option} is {value:g}; it goes from {row.low:g} to {row.high:g}")


@contextmanager
def mendable(as_json: bool = False) -> Iterator[None]:
    """Turn the errors that name their own remedy into ``fail``."""
    try:
        yield
    except (ValueError, KeyError, OSError, RuntimeError, MemoryError) as error:
        fail(_told(error), as_json)
    except ImportError as error:
        fail(_missing(error), as_json)
    except Exception as error:
        from astrodrum_live.model.checkpoint import ModelError

        if isinstance(error, ModelError):
            fail(str(error), as_json)
        raise


def _told(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        full = "; make room there, or name another place" if error.errno in FULL else ""
        return f"{error.filename}: {error.strerror}{full}"
    return str(error)


def _missing(error: ImportError) -> str:
    """A module that is not there, or does not load, and how to get it."""
    name = (error.name or "").partition(".")[0]
    if not name:
        return f"a library cannot be loaded: {error}"
    text = f"{name} cannot be loaded ({error}): pip install {name}"
    return text + ", or 'astrodrum render --generator frozen'" if name == "torch" else text
