"""Obeys what is asked of the sequencer, in the control thread, or says why not."""

from collections.abc import Callable

from astrodrum_live.control.events import EditPattern, Select, Sequencing, StorePatterns
from astrodrum_live.live.sequencer import Sequencer
from astrodrum_live.live.song import Song


class Conductor:
    """``store``: writes patterns into their file, in a thread that may wait. ``log`` gets lines.

    Thread: the control thread.
    """

    def __init__(
        self,
        song: Song,
        sequencer: Sequencer,
        store: Callable[[str | None], None],
        log: Callable[[str], None],
    ) -> None:
        self._song, self._sequencer = song, sequencer
        self._store, self._log = store, log

    def settled(self, frame: int) -> int:
        """``frame``, or the later one before which nothing that is posted can be taken back."""
        return max(frame, self._sequencer.posted_till)

    def moved(self) -> None:
        """The transport starts or stops: its first steps may be due before the look-ahead turns."""
        self._sequencer.tick()

    def obey(self, event: Sequencing) -> None:
        """Do it, or say why not."""
        try:
            self._obey(event)
        except (KeyError, ValueError) as error:
            self._log(str(error.args[0]))
        finally:
            if isinstance(event, EditPattern):
                event.obeyed = True

    def _obey(self, event: Sequencing) -> None:
        match event:
            case StorePatterns(name):
                self._store(name)
            case Select(_, now, tempo):
                self._song.obey(event)
                self._sequencer.tempo_then(tempo)
                if now:
                    self._sequencer.begin_at_once()
            case _:
                self._song.obey(event)
