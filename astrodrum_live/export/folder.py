"""A folder that is there whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from astrodrum_live.export.provenance import FILE


def check_folder(out: Path, force: bool) -> None:
    """Refuse a place that a kit cannot go to. With ``force`` an earlier export is no obstacle.

    Errors: ``ValueError`` naming the place and the remedy.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ValueError(f"{out} is not a folder; a kit is written into one")
    if any(out.iterdir()):
        if not force:
            raise ValueError(f"{out} is not empty; give -o a new folder, or --force to replace it")
        if not (out / FILE).is_file():
            raise ValueError(
                f"{out} is not empty and holds no {FILE}, so no export made it; nothing in it is "
                "touched: give -o a new folder"
            )


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A hidden folder beside ``out`` to write into. It takes the place of ``out`` if all goes well,
    and is removed if not. Errors: ``ValueError`` if the disk will not have it."""
    out = out.resolve()
    part, old = (out.with_name(f".{out.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        yield part
        if out.exists():
            out.rename(old)
        part.rename(out)
    except OSError as error:
        if old.exists() and not out.exists():
            old.rename(out)
        raise ValueError(
            f"{out} cannot be written: {error.strerror}; give -o a folder that can be, with room "
            "in it"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if out.exists():  # else ``old`` is all there is
            shutil.rmtree(old, ignore_errors=True)
