"""A file that is there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import soundfile

PROBE = bytes(2**16)  # larger than what a full disk may have left in a block


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A hidden file beside ``path`` to write into. It takes the place of ``path`` if all goes well,
    and is removed if not. What cannot be replaced (a pipe, a device, a file in a folder that is
    closed) is written as it stands. Errors: ``OSError`` that names ``path``.
    """
    real = Path(os.path.realpath(path))  # a link stays a link
    straight = (real.exists() and not real.is_file()) or not os.access(real.parent, os.W_OK)
    part = real if straight else real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        yield part
        if not straight:
            os.replace(part, real)
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(part):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        if not straight:
            part.unlink(missing_ok=True)


@contextmanager
def whole_wav(path: Path, rate: int) -> Iterator["soundfile.SoundFile"]:
    """A WAV file of two channels and 24 bits to write into, whole in the end or not there.

    Errors: ``OSError`` that names ``path``.
    """
    import soundfile

    with whole_file(path) as part:
        try:
            with soundfile.SoundFile(part, "w", rate, 2, "PCM_24", format="WAV") as file:
                yield file
        # soundfile asserts that all was written; libsndfile keeps the system's reason to itself
        except (soundfile.LibsndfileError, AssertionError) as error:
            _find_reason(part)
            raise OSError(None, f"cannot be written ({error})") from error


def _find_reason(part: Path) -> None:
    """Let the system say why it takes no more. Errors: ``OSError``."""
    with part.open("ab", buffering=0) as file:
        file.write(PROBE)
