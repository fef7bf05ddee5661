"""Obeys what is asked of the sequencer, in the control thread, or says why not."""

from collections.abc import Callable

from astrodrum_live.control.events import (
    EditPattern,
    Play,
    Select,
    Sequencing,
    SetTempo,
    StorePatterns,
    Tap,
)
from astrodrum_live.live.sequencer import Sequencer
from astrodrum_live.live.song import Song
from astrodrum_live.transport.transport import Transport

START_S = 0.025  # from the asking to the first step: for the look-ahead to wake and post it


class Conductor:
    """``store``: writes patterns into their file, in a thread that may wait. ``log`` gets lines.

    Thread: the control thread.
    """

    def __init__(
        self,
        song: Song,
        transport: Transport,
        sequencer: Sequencer,
        store: Callable[[str | None], None],
        log: Callable[[str], None],
    ) -> None:
        self._song, self._transport, self._sequencer = song, transport, sequencer
        self._store, self._log = store, log

    def obey(self, event: Sequencing, frame: int) -> None:
        """Do it, as of ``frame``, or as soon as what is posted already is over."""
        frame = max(frame, self._sequencer.posted_till)
        try:
            self._obey(event, frame)
        except (KeyError, ValueError) as error:
            self._log(str(error.args[0]))
        finally:
            if isinstance(event, EditPattern):
                event.obeyed = True
        if isinstance(event, Play):
            self._sequencer.wake()

    def _obey(self, event: Sequencing, frame: int) -> None:
        match event:
            case Play(on, resume):
                self._play(not self._transport.playing if on is None else on, resume, frame)
            case SetTempo(bpm):
                self._transport.set_tempo(bpm, frame)
            case Tap():
                self._transport.tap(frame)
            case Select(name, now):
                self._song.obey(event)
                if now and self._transport.playing:
                    self._sequencer.begin_at_once()
            case StorePatterns(name):
                self._store(name)
            case _:
                self._song.obey(event)

    def _play(self, on: bool, resume: bool, frame: int) -> None:
        if not on:
            self._transport.stop(frame)
            return
        soon = frame + round(START_S * self._transport.rate)
        if resume:
            self._transport.continue_(soon)
        else:
            self._transport.start(soon)
