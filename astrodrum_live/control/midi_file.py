"""MIDI files: read as a performance in seconds, and played in time."""

import io
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mido

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.now import now_ns

Performance = list[tuple[float, bytes]]

LOOKAHEAD_S = 0.25  # covers Python's sleeps and switches many times; small enough that stop is soon
MOST_BYTES = 4 << 20  # what mido reads in a few seconds; the longest songs have a tenth of it
LONGEST_S = 86_400.0
# A number in a MIDI file is of four bytes at most, but mido reads on as long as it goes on, into an
# integer that grows: 80 KB of these took it 7 s. In text they are letters: 4096 are none.
_ENDLESS = re.compile(rb"[\x80-\xff]{4096}")
_NO_METRE = "its time is in SMPTE frames; save it with a beat (ticks per quarter note)"


class MidiFileError(ValueError):
    """A MIDI file that cannot be played; the message names the file and what is wrong with it."""


def read_performance(path: str | Path) -> Performance:
    """The channel messages of a MIDI file as ``(seconds from its start, bytes)``, in its tempo.

    Errors: ``MidiFileError`` for a file that is missing, damaged, has no notes, is larger than
    4 MiB or lasts longer than a day. Thread: any.
    """
    path = Path(path)
    performance = _guarded(path, _read)
    if not any(_is_note(data) for _, data in performance):
        raise MidiFileError(f"{path} has no notes to play")
    return performance


def read_midi(path: str | Path) -> mido.MidiFile:
    """A MIDI file whose time is in beats. Errors: ``MidiFileError``. Thread: any."""
    return _guarded(Path(path), _open)


def _guarded(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except OSError as error:
        reason = error.strerror or "it does not begin as one"
        raise MidiFileError(f"{path} is not a MIDI file: {reason}") from None
    except EOFError:
        raise MidiFileError(f"{path} is cut short: it ends within a track") from None
    except MidiFileError:
        raise
    except Exception as error:  # mido checks little: damage comes as whatever Python trips over
        raise MidiFileError(f"{path} is damaged: {type(error).__name__}: {error}") from None


def _open(path: Path) -> mido.MidiFile:
    file = mido.MidiFile(file=io.BytesIO(_bytes_of(path)), clip=True)
    if file.type == 2:
        raise MidiFileError(f"{path} holds separate songs (SMF type 2); export one as type 0 or 1")
    if file.ticks_per_beat <= 0:
        raise MidiFileError(f"{path}: {_NO_METRE}")
    return file


def _read(path: Path) -> Performance:
    file = _open(path)
    seconds = 0.0
    performance: Performance = []
    for message in file:
        seconds += message.time
        if not message.is_meta and hasattr(message, "channel"):
            performance.append((seconds, bytes(message.bytes())))
    if not seconds <= LONGEST_S:
        raise MidiFileError(f"{path} is damaged: it would last {seconds / 3600:.3g} hours")
    return performance


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise MidiFileError(f"{path} is larger than {MOST_BYTES >> 20} MiB; cut it into parts")
    if _ENDLESS.search(data):
        raise MidiFileError(f"{path} is damaged: it has a number that does not end")
    return data


def _is_note(data: bytes) -> bool:
    return data[0] & 0xF0 == 0x90 and data[2] > 0


class MidiFilePlayer:
    """Plays a performance on an instrument, each message due at ``start_ns`` + its seconds.

    Events are posted ``LOOKAHEAD_S`` ahead with their due time, so timing never hangs on Python's
    sleep. ``start_ns`` (``astrodrum_live.now``) defaults to one look-ahead from now.
    ``done`` is set when the last event's time has come, or after ``stop``.
    ``unmapped`` counts the notes that no pad plays, over all kits played meanwhile.
    Thread: its own; ``stop`` from any, it returns when nothing more will be posted (what was
    posted before still sounds; post a ``Panic`` to forget it).
    """

    def __init__(
        self,
        instrument: Instrument,
        performance: Sequence[tuple[float, bytes]],
        start_ns: int | None = None,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self.done = threading.Event()
        self.unmapped: dict[int, int] = {}
        self._instrument, self._performance, self._clock = instrument, performance, clock
        self._start_ns = clock() + int(LOOKAHEAD_S * 1e9) if start_ns is None else start_ns
        self._mapping = Mapping(instrument.patch, instrument.value)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="astrodrum-midi-file", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Post nothing more."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            due_ns = self._start_ns
            for seconds, message in self._performance:
                due_ns = self._start_ns + round(seconds * 1e9)
                if self._stopped_before(due_ns - int(LOOKAHEAD_S * 1e9)):
                    return
                self._post(message, due_ns)
            self._stopped_before(due_ns)
        finally:
            self.done.set()

    def _post(self, message: bytes, due_ns: int) -> None:
        patch = self._instrument.patch
        if patch is not self._mapping.patch:
            self._mapping = Mapping(patch, self._instrument.value, before=self._mapping)
        for event in self._mapping.events(message, due_ns):
            self._instrument.post(event, self._clock(), due_ns)
        for note, count in self._mapping.unmapped.items():
            self.unmapped[note] = self.unmapped.get(note, 0) + count
        self._mapping.unmapped.clear()
        self._mapping.notices.clear()

    def _stopped_before(self, when_ns: int) -> bool:
        """Wait until ``when_ns``. True at once if the player was stopped."""
        while (left_ns := when_ns - self._clock()) > 0:
            if self._stop.wait(left_ns / 1e9):
                return True
        return self._stop.is_set()
