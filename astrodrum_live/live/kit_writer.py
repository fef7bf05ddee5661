"""What of a kit that plays goes to the disk: frozen hits, patterns, or all of it as another kit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from astrodrum_live.control.beat_file import save_patterns
from astrodrum_live.control.events import Event, Save
from astrodrum_live.control.patch import FrozenHit, Patch
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.control.patch_frozen import save_frozen
from astrodrum_live.control.patch_learning import own_file
from astrodrum_live.live.frozen import told
from astrodrum_live.live.saver import save_as
from astrodrum_live.params import transport_param


class KitWriter:
    """Writes what ``instrument`` plays. ``beat``: the file its patterns are from, None for the
    kit's own. ``log`` gets plain lines. Thread: one that may wait."""

    def __init__(self, instrument: Any, beat: Path | None, log: Callable[[str], None]) -> None:
        self._of = instrument  # a LiveInstrument, which holds this
        self._beat, self._log = beat, log

    def store(self, pad: int | None) -> None:
        """What a pad, or every pad (None), is frozen to, into the kit's file; of a kit that ships,
        into a copy of the user's, which plays from then on.

        Errors: ``ValueError``, ``OSError``.
        """
        patch, frozen = self._of.patch, self._of.kit.frozen()
        pads = patch.pads if pad is None else [patch.pads[pad]]
        model = self._of.kit.choice.hash
        hits = {
            one.name: told(one, frozen[one.name], model) if one.name in frozen else None
            for one in pads
        }
        path, before = self._own_file()
        saved = save_frozen(path, hits, before)
        self._log(f"stored in {self._moved(saved)}")

    def save(self, event: Event) -> None:
        """The kit as it plays, as one of the user's own. Errors: ``ValueError``, ``OSError``."""
        assert isinstance(event, Save)
        of, patch, frozen = self._of, self._of.patch, self._of.kit.frozen()
        hits: dict[str, FrozenHit | None] = {}
        for pad in patch.pads:
            hits[pad.name] = None
            try:
                if pad.name in frozen:
                    hits[pad.name] = told(pad, frozen[pad.name], of.kit.choice.hash)
            except ValueError as error:  # the rest is worth saving all the same
                self._log(str(error))
        patterns, gone = of.song.unsaid(None)
        tempo, usual = of.tempo.value("tempo"), transport_param("tempo").default
        path = save_as(
            event.name,
            patch,
            of.engine,
            hits,
            None if tempo == patch.transport.get("tempo", usual) else tempo,
            lambda draft: save_patterns(draft, patterns, gone),
        )
        self._log(f"saved as {path}")

    def store_patterns(self, name: str | None) -> None:
        """A pattern, or all (None), into the file it is from, as ``store`` does; in words what came
        of it."""
        of = self._of
        try:
            patterns, gone = of.song.unsaid(name)
            path, before = (self._beat, None) if self._beat else self._own_file()
            save_patterns(path, patterns, gone, before)
            place = str(path) if self._beat else self._moved(load_patch(path))
        except (ValueError, KeyError, OSError) as error:
            self._log(f"not stored: {error.args[0] if isinstance(error, KeyError) else error}")
            return
        of.song.stored(patterns, gone)
        self._log(f"patterns stored in {place}")

    def _own_file(self) -> tuple[Path, Callable[[Patch], None] | None]:
        """Where the kit is written to, and who must be told before it is: not the watcher, if it
        is another file than the one that plays."""
        of = self._of
        path = own_file(of.patch)
        return path, of.kits.ours if of.kits and path == of.patch.path else None

    def _moved(self, saved: Patch) -> str:
        """The kit plays on from the file ``saved``; in words where that is."""
        before = self._of.patch.path
        if saved.path == before:
            return str(saved.path)
        self._of.kit.bind(saved)
        return f"{saved.path}, a copy: the kit that ships stays as it is, its name is yours now"
