"""Saving the file of a kit while it plays reloads it."""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

from astrodrum_live.control.patch import Patch, PatchError
from astrodrum_live.control.patch_file import load_patch

_LOG = logging.getLogger(__name__)
_LOOK_MS = 250  # also where the system tells nothing: network drives, saves before the watch stood

_HALF_WRITTEN_S = 0.05
_GONE_S = 1.0  # an editor that replaces a file is back long before


class PatchWatcher:
    """Tells ``callback`` of every save of ``path``: the new ``Patch``, or the ``PatchError``.

    A bad edit is only told, and so, once, that the file is gone; what plays keeps playing until a
    good one comes. A save that changes nothing is not told. The folder is watched, since editors
    replace files rather than write them.
    Thread: ``callback`` runs in the watcher's own thread; ``close`` from any. Realtime-safe: no.
    """

    def __init__(self, path: str | Path, callback: Callable[[Patch | PatchError], None]) -> None:
        self._path = Path(path)
        self._callback = callback
        self._stop = threading.Event()
        self._seen = _signature(self._path)
        self._told = _content(self._path)
        self._missed_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="astrodrum-patch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching; returns when the thread has ended."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        looks = watch(
            self._path.resolve().parent,
            stop_event=self._stop,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            debounce=50,
            step=20,
            recursive=False,
            raise_interrupt=False,
        )
        for _ in looks:
            self._look()

    def _look(self) -> None:
        signature = _signature(self._path)
        if signature is None:  # gone for a moment: an editor is saving
            self._mind_absence()
            return
        self._missed_at = None
        if signature == self._seen:
            return
        result = self._load()
        if isinstance(result, PatchError) and self._stop.wait(_HALF_WRITTEN_S):
            return
        if _signature(self._path) != signature:  # caught in the middle of a save: look again
            return
        self._seen = signature
        content = _content(self._path)
        if content != self._told:
            self._told = content
            self._tell(result)

    def _mind_absence(self) -> None:
        now = time.monotonic()
        if self._missed_at is None:
            self._missed_at = now
        elif now - self._missed_at > _GONE_S:
            self._missed_at = math.inf
            self._tell(PatchError(self._path, None, "the file is gone; put it back to change it"))

    def _tell(self, result: Patch | PatchError) -> None:
        try:
            self._callback(result)
        except Exception:  # the next save must still be told
            _LOG.exception("reloading %s failed", self._path)

    def _load(self) -> Patch | PatchError:
        try:
            return load_patch(self._path)
        except PatchError as error:
            return error


def watch_patch(path: str | Path, callback: Callable[[Patch | PatchError], None]) -> PatchWatcher:
    """Start a ``PatchWatcher`` on ``path``. Thread: see there."""
    return PatchWatcher(path, callback)


def _signature(path: Path) -> tuple[int, int, int] | None:
    with contextlib.suppress(OSError):
        status = path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino
    return None


def _content(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return None
