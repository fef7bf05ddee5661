"""What of a kit that plays goes to the disk: frozen hits, patterns, or all of it as another kit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from astrodrum_live.control.beat_file import save_patterns
from astrodrum_live.control.events import Event, Save
from astrodrum_live.control.patch import FrozenHit
from astrodrum_live.control.patch_frozen import save_frozen
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
        """What a pad, or every pad (None), is frozen to, into the kit's file.

        Errors: ``ValueError``, ``OSError``.
        """
        patch, frozen = self._of.patch, self._of.kit.frozen()
        if patch.path is None:
            raise ValueError(f"the kit '{patch.kit}' has no file")
        pads = patch.pads if pad is None else [patch.pads[pad]]
        model = self._of.kit.choice.hash
        hits = {
            one.name: told(one, frozen[one.name], model) if one.name in frozen else None
            for one in pads
        }
        saved = save_frozen(patch.path, hits, before=self._of.kits.ours if self._of.kits else None)
        self._log(f"stored in {saved.path}")

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
        """A pattern, or all (None), into the file it is from; in words what came of it."""
        of, path = self._of, self._beat or self._of.patch.path
        if path is None:
            self._log(f"not stored: the kit '{of.patch.kit}' has no file")
            return
        try:
            patterns, gone = of.song.unsaid(name)
            ours = of.kits.ours if of.kits and not self._beat else None
            save_patterns(path, patterns, gone, ours)
        except (ValueError, KeyError, OSError) as error:
            self._log(f"not stored: {error.args[0] if isinstance(error, KeyError) else error}")
            return
        of.song.stored(patterns, gone)
        self._log(f"patterns stored in {path}")
