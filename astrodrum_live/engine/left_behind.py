"""Shared memory of engines that were killed: removed when the next one starts.

Python's resource tracker, a process beside the engine, removes the block of an engine that died.
Only if both are killed at once (a container that is stopped, a session that is ended, a machine out
of memory) does it stay; on Linux it is a file, and says whose it was. macOS does not tell what
there is; on Windows a block ends with its last user.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

_FOLDER = Path("/dev/shm")
_NAME = re.compile(r"astrodrum-(\d+)-[0-9a-f]{6}")


def remove_left_behind(folder: Path = _FOLDER) -> list[str]:
    """Remove the blocks whose engine's process is no more; their names.

    Thread: any. Realtime-safe: no.
    """
    gone = []
    for path in _blocks(folder):
        if not _lives(int(path.name.split("-")[1])) and not _is_held(path):
            with suppress(OSError):  # another user's, or another start was faster
                path.unlink()
                gone.append(path.name)
    return gone


def hold(name: str, folder: Path = _FOLDER) -> int | None:
    """Mark the block as in use for as long as this process lives, or the returned file is open:
    in another container, which may share the folder, process numbers say nothing.

    Thread: any. Realtime-safe: no.
    """
    with suppress(OSError, ImportError):
        import fcntl

        file = os.open(folder / name, os.O_RDONLY)
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return file
    return None


def _is_held(path: Path) -> bool:
    import fcntl

    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _blocks(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    return []


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
