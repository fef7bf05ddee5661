"""One thread that changes kits: those asked for by name, and saves of the one that plays."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from astrodrum_live.control.patch import Patch, PatchError
from astrodrum_live.control.patch_file import find_beside, load_patch, patch_names
from astrodrum_live.control.patch_watch import PatchWatcher, watch_patch
from astrodrum_live.urgency import be_patient

Change = Callable[[], Patch | None]
Wish = str | Patch | PatchError | Change
"""A kit's name; what a save of the playing kit holds; or what changes it and says what plays then,
None for what played."""


class KitLoader:
    """Calls ``change`` with kits that were loaded and checked; the newest wish wins.

    ``change`` may refuse by raising: what plays keeps playing, and ``log`` is told why. ``came`` is
    called once for every name that was wanted, when it is done, refused, or given up for a newer.
    Kits of this session can be asked for by name even if they lie outside ``patches/``.
    Thread: its own; ``want`` and ``names`` from any, they never wait.
    """

    def __init__(
        self,
        patch: Patch,
        change: Callable[[Patch], None],
        log: Callable[[str], None],
        came: Callable[[], None],
    ) -> None:
        self._change, self._log, self._came = change, log, came
        self._playing = patch
        self._ours: Patch | None = None
        self._known: dict[str, Path] = {}
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._watcher: PatchWatcher | None = None
        self._follow(patch)
        self._thread = threading.Thread(target=self._run, name="kit", daemon=True)
        self._thread.start()

    def want(self, name: str) -> None:
        """Play the kit of this name as soon as it is loaded."""
        self._wishes.put(name)

    def do(self, change: Change) -> None:
        """Have the loader's thread change the kit this way, after what was wished before."""
        self._wishes.put(change)

    def names(self) -> list[str]:
        """The kits that can be asked for by name."""
        return sorted({*patch_names(), *self._known})

    def ours(self, patch: Patch) -> None:
        """This save of the playing kit is the instrument's own: it plays so already."""
        self._ours = patch

    def moved(self, patch: Patch) -> None:
        """The playing kit is this one from now on, perhaps in another file: it plays so already."""
        self._ours = patch
        self._wishes.put(patch)

    def close(self) -> None:
        """Load nothing more; returns when the thread has ended."""
        self._wishes.put(None)
        self._thread.join()

    def _run(self) -> None:
        be_patient()
        while (wishes := self._newest()) is not None:
            for wish in wishes:
                try:
                    self._obey(wish)
                except Exception as error:  # one bad kit must not keep the next from loading
                    self._log(f"{error}; '{self._playing.kit}' plays on")
                finally:
                    if isinstance(wish, str):
                        self._came()
        if self._watcher:
            self._watcher.close()

    def _newest(self) -> list[Wish] | None:
        """Of all that is waiting: the last save, the last name, all changes; None at the end."""
        wishes = [self._wishes.get()]
        while not self._wishes.empty():
            wishes.append(self._wishes.get())
        if None in wishes:
            return None
        names: list[Wish] = [wish for wish in wishes if isinstance(wish, str)]
        for _ in names[:-1]:
            self._came()
        saves: list[Wish] = [wish for wish in wishes if isinstance(wish, Patch | PatchError)]
        changes: list[Wish] = [wish for wish in wishes if callable(wish)]
        return saves[-1:] + names[-1:] + changes

    def _obey(self, wish: Wish) -> None:
        if isinstance(wish, str):
            patch = load_patch(self.file(wish))
            self._play(patch, f"kit '{patch.kit}'")
        elif isinstance(wish, PatchError):
            raise wish
        elif callable(wish):
            if (changed := wish()) is not None:
                self._settle(changed)
        elif wish == self._ours:
            before, self._playing = self._playing, wish
            if wish.path != before.path:
                self._follow(wish)
        elif wish.path == self._playing.path:  # else: a save of a kit left in the same moment
            self._play(wish, f"kit '{wish.kit}' reloaded")

    def file(self, name: str) -> Path:
        """A kit's file: of this session, beside the one that plays, or by its name.

        Errors: ``PatchError``. Thread: the loader's.
        """
        if name in self._known:
            return self._known[name]
        return find_beside(name, self._playing.path)

    def _play(self, patch: Patch, text: str) -> None:
        self._change(patch)
        before = self._playing
        self._settle(patch)
        self._log(text)
        if (patch.voices, patch.timing) != (before.voices, before.timing):
            self._log("voices and timing are read when the engine starts: these stay as they were")

    def _settle(self, patch: Patch) -> None:
        """``patch`` plays now."""
        self._ours = None
        before, self._playing = self._playing, patch
        if patch.path != before.path:
            self._follow(patch)

    def _follow(self, patch: Patch) -> None:
        """Watch the saves of the kit that plays, and of no other."""
        if self._watcher:
            self._watcher.close()
        self._watcher = None
        if patch.path:
            self._known[patch.kit] = patch.path
            self._watcher = watch_patch(patch.path, self._wishes.put)
