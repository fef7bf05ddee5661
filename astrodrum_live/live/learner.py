"""A control waits for the pad that is struck, or the knob that is turned, and is bound to it."""

import queue
import threading
from collections.abc import Callable, Iterator

from astrodrum_live.control.learning import Heard, Listener
from astrodrum_live.control.patch import EVERY_PAD, Patch, PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.control.patch_learning import learn_controller, learn_note, own_file

PATIENCE_S = 30.0
_LOOK_S = 0.1


class Learner:
    """Binds one control at a time, in the kit's file. ``bound`` is given the patch with it in.

    ``log`` gets plain lines. Thread: ``hear`` that of MIDI, the rest any; one of its own writes.
    """

    def __init__(
        self,
        patch: Callable[[], Patch],
        bound: Callable[[Patch], None],
        log: Callable[[str], None],
    ) -> None:
        self.words = ""  # what is waited for
        self._patch, self._bound, self._log = patch, bound, log
        self._arrivals: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._given_up = threading.Event()
        self._thread: threading.Thread | None = None

    def hear(self, message: bytes, arrival_ns: int, port: str) -> None:
        """What has arrived. Costs nothing while nothing is waited for."""
        if self.words:
            self._arrivals.put((message, arrival_ns, port))

    def learn(self, pad: int | None, param: str) -> None:
        """Wait for a knob for a row of ``pad`` (None: of the mix), or with no ``param`` for a note.

        What was waited for before is given up; ``close`` gives up too.
        """
        self.close()
        names = self._patch().pad_names()
        owner = "master" if pad is None else names[pad]
        what = f"a knob for {owner}.{param}" if param else f"a stroke for {owner}"
        self._arrivals, self._given_up = queue.SimpleQueue(), threading.Event()
        self.words = f"waiting for {what}"
        work = self._knob if param else self._note
        self._thread = threading.Thread(
            target=self._run, args=(work, owner, param), name="learner", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Wait for nothing any more."""
        self._given_up.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self, work: Callable[[str, str], str], owner: str, param: str) -> None:
        try:
            self._log(work(owner, param))
        except (PatchError, KeyError, ValueError, OSError) as error:
            self._log(f"not bound: {error.args[0] if isinstance(error, KeyError) else error}")
        finally:
            self.words = ""

    def _knob(self, owner: str, param: str) -> str:
        control = Listener(self._heard()).controller()
        if control is None:
            return f"no knob was turned for {owner}.{param}"
        path = own_file(self._patch())
        learned = learn_controller(path, control, f"{owner}.{param}")
        self._bound(load_patch(path))
        return f"{learned.line()} (in {path.name})"

    def _note(self, owner: str, param: str) -> str:
        if owner == EVERY_PAD or owner not in self._patch().pad_names():
            raise ValueError(f"notes belong to pads, and '{owner}' is none")
        note = Listener(self._heard()).note()
        if note is None:
            return f"nothing was struck for {owner}"
        path = own_file(self._patch())
        learned = learn_note(path, owner, *note)
        self._bound(load_patch(path))
        return f"{learned.line()} (in {path.name})"

    def _heard(self) -> Iterator[Heard | None]:
        for _ in range(round(PATIENCE_S / _LOOK_S)):
            if self._given_up.is_set():
                return
            try:
                while True:
                    yield self._arrivals.get(timeout=_LOOK_S)
            except queue.Empty:
                yield None
