"""One thread that changes kits: those asked for by name, and saves of the one that plays."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from astrodrum_live.control.patch import Patch, PatchError
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names, patches_folder
from astrodrum_live.control.patch_watch import PatchWatcher, watch_patch

Wish = str | Patch | PatchError  # a kit's name, or what a save of the playing kit holds


class KitLoader:
    """Calls ``change`` with kits that were loaded and checked; the newest wish wins.

    ``change`` may refuse by raising: what plays keeps playing, and ``log`` is told why.
    Kits of this session can be asked for by name even if they lie outside ``patches/``.
    Thread: its own; ``want`` and ``names`` from any, they never wait.
    """

    def __init__(
        self, patch: Patch, change: Callable[[Patch], None], log: Callable[[str], None]
    ) -> None:
        self._change, self._log = change, log
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
        while (wishes := self._newest()) is not None:
            for wish in wishes:
                try:
                    self._obey(wish)
                except Exception as error:  # one bad kit must not keep the next from loading
                    self._log(f"{error}; '{self._playing.kit}' plays on")
        if self._watcher:
            self._watcher.close()

    def _newest(self) -> list[Wish] | None:
        """Of all that is waiting: the last save, then the last name; None at the end."""
        wishes = [self._wishes.get()]
        while not self._wishes.empty():
            wishes.append(self._wishes.get())
        if None in wishes:
            return None
        names: list[Wish] = [wish for wish in wishes if isinstance(wish, str)]
        saves: list[Wish] = [wish for wish in wishes if wish and not isinstance(wish, str)]
        return saves[-1:] + names[-1:]

    def _obey(self, wish: Wish) -> None:
        if isinstance(wish, str):
            patch = load_patch(self._file(wish))
            self._play(patch, f"kit '{patch.kit}'")
        elif isinstance(wish, PatchError):
            raise wish
        elif wish == self._ours:
            before, self._playing = self._playing, wish
            if wish.path != before.path:
                self._follow(wish)
        elif wish.path == self._playing.path:  # else: a save of a kit left in the same moment
            self._play(wish, f"kit '{wish.kit}' reloaded")

    def _file(self, name: str) -> Path:
        """A kit's file: of this session, beside the one that plays, or by its name."""
        if name in self._known:
            return self._known[name]
        if self._playing.path and self._playing.path.parent != patches_folder():
            beside = self._playing.path.parent / f"{name.removesuffix('.toml')}.toml"
            if beside.is_file():
                return beside
        return find_patch(name)

    def _play(self, patch: Patch, text: str) -> None:
        self._change(patch)
        self._ours = None
        before, self._playing = self._playing, patch
        self._log(text)
        if (patch.voices, patch.timing) != (before.voices, before.timing):
            self._log("voices and timing are read when the engine starts: these stay as they were")
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
