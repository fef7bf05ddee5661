"""Keeps what was heard: a pad frozen to its last hit, a hit as a WAV file; and takes back."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.control.events import (
    Event,
    Freeze,
    FreezeTo,
    HeardHit,
    Keep,
    KitBack,
    Redo,
    Set,
    SetOrbit,
    Store,
    Thaw,
    Together,
    Turn,
    Undo,
)
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.heard import Heard, last_heard
from astrodrum_live.live.frozen import named_hit
from astrodrum_live.live.history import History, Kits
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.orders import NO_SOUND, OrderDesk, Sound
from astrodrum_live.params import PAD_PARAMS
from astrodrum_live.places import user_folder

PATIENCE_S = 5.0  # for a hit to be made again
POLL_S = 0.02
MOST_WRITING = 8  # as many as are remembered


@dataclass(frozen=True)
class Again:
    """A hit that is being made again. Implements ``control.instrument.Remade``."""

    pad: int
    seed: int
    rate: float
    desk: OrderDesk
    sound: Sound

    def samples(self) -> bytes | None:
        """As the protocol has it."""
        audio = self.desk.samples(self.sound)
        return None if audio is None else audio.astype("<f4").tobytes()


class Keeper:
    """Obeys ``Freeze``, ``Thaw``, ``Keep``, ``Undo``, ``Redo``, ``Together``. ``log`` gets lines.

    ``names``: of the pads. ``store``: writes what a pad is frozen to into the kit's file. ``morph``
    and ``kits``: what undo also needs. ``more``: who does other events, by their type, where it may
    take its time; those of one type are done one after the other.
    Thread: ``obey`` the control thread, ``turning`` one at a time; the rest any.
    """

    def __init__(
        self,
        engine: Engine,
        desk: OrderDesk,
        names: Callable[[], list[str]],
        log: Callable[[str], None],
        store: Callable[[int | None], None],
        morph: Morph,
        kits: Kits,
        more: Mapping[type, Callable[[Event], None]] | None = None,
    ) -> None:
        self._engine, self._desk, self._names, self._log = engine, desk, names, log
        self._store, self._more = store, more or {}
        self.history = History(engine, desk, morph, kits)
        self._closing = threading.Event()
        self._writing: list[threading.Thread] = []
        self._last: dict[type, threading.Thread] = {}

    def heard(self) -> list[HeardHit]:
        """The hits just heard, the newest first."""
        return [_listed(one) for one in last_heard(self._engine)]

    def again(self, pad: int | None, index: int) -> Again | None:
        """See ``control.instrument.Instrument.again``. Thread: any."""
        heard = [one for one in last_heard(self._engine) if pad in (None, one.pad)]
        if index < len(heard):
            one, sound = heard[index], self._desk.order_again(heard[index])
            again = Again(one.pad, int(one.origin["seed"]), one.rate, self._desk, sound)
        elif pad is not None and index == 0:
            sound = self._desk.order_number(pad, 0)
            again = Again(pad, 0, self._engine.config.rate, self._desk, sound)
        else:
            return None
        return None if sound == NO_SOUND else again

    def turning(self, event: Set | SetOrbit | Turn) -> None:
        """Remember what stands before ``event`` turns it."""
        self.history.turning(event)

    def obey(self, event: Event) -> None:
        """Do it, or say why not."""
        match event:
            case Freeze(pad, index, toggle):
                if (heard := self._find(pad, index)) is not None:
                    self._freeze(heard, toggle)
            case FreezeTo(pad, seed, made_for):
                row, rate = self._engine.row(pad), self._engine.config.rate
                self.history.freeze(pad, named_hit(pad, seed, made_for, row, rate))
                self._log(f"{self._names()[pad]} frozen to {seed:016x}")
            case Thaw(pad):
                for one in range(len(self._names())) if pad is None else (pad,):
                    if self._desk.frozen(one) is not None:
                        self.history.freeze(one, None)
            case Keep(pad, index):
                if (heard := self._find(pad, index)) is not None:
                    self.start(lambda: self._keep(heard))
            case Store(pad):
                self.start(lambda: self._stored(pad))
            case Together(words):
                self.history.together(words)
            case Undo():
                self._say(self.history.undo())
            case Redo():
                self._say(self.history.redo())
            case KitBack():
                for words in self.history.arrived():
                    self._say(words)
            case _ if (work := self._more.get(type(event))) is not None:
                self.start(lambda: self._tried(work, event), type(event))

    def _say(self, words: str) -> None:
        if words:
            self._log(words)

    def _tried(self, work: Callable[[Event], None], event: Event) -> None:
        try:
            work(event)
        except (ValueError, OSError) as error:
            self._log(f"not done: {error}")

    def _freeze(self, heard: Heard, toggle: bool) -> None:
        frozen = toggle and self._desk.frozen(heard.pad) is not None
        self.history.freeze(heard.pad, None if frozen else heard)
        seed = int(heard.origin["seed"])
        self._log(f"{self._name(heard)} {'thawed' if frozen else f'frozen to {seed:016x}'}")

    def _find(self, pad: int | None, index: int) -> Heard | None:
        heard = [one for one in last_heard(self._engine) if pad in (None, one.pad)]
        heard = [one for one in heard if one.pad < len(self._names())]
        if index >= len(heard):
            whose = "nothing" if pad is None else f"nothing of {self._names()[pad]}"
            self._log(f"{whose} was heard just now that could be kept")
            return None
        return heard[index]

    def close(self) -> None:
        """Wait for no hit any more. After the control thread has ended."""
        self._closing.set()
        for thread in self._writing:
            thread.join()

    def start(self, work: Callable[[], None], kind: type | None = None) -> None:
        """Disks are slow: not in the thread that the notes need. What is of one ``kind`` is done in
        the order in which it was asked for: one that ends and one that begins must not swap."""
        self._writing = [thread for thread in self._writing if thread.is_alive()]
        if len(self._writing) >= MOST_WRITING:
            self._log("too much is being written at once; ask again")
            return
        before = None if kind is None else self._last.get(kind)
        thread = threading.Thread(target=_after, args=(before, work), daemon=True)
        self._writing.append(thread)
        if kind is not None:
            self._last[kind] = thread
        thread.start()

    def _stored(self, pad: int | None) -> None:
        try:
            self._store(pad)
        except (ValueError, KeyError, OSError) as error:
            self._log(f"not stored: {error.args[0] if isinstance(error, KeyError) else error}")

    def _keep(self, heard: Heard) -> None:
        """Have the hit made again, and write it as it was made, before gain and effects."""
        sound = self._desk.order_again(heard)
        until = time.monotonic() + PATIENCE_S
        while not self._desk.is_made(sound) and time.monotonic() < until:
            if self._closing.wait(POLL_S):
                return
        audio = self._desk.samples(sound)
        if audio is None:
            self._log(f"{self._name(heard)}: this hit cannot be made again now; nothing is kept")
            return
        try:
            self._log(f"kept {_write(self._name(heard), heard, audio)}")
        except OSError as error:
            self._log(f"the hit could not be kept: {error}")

    def _name(self, heard: Heard) -> str:
        names = self._names()
        return names[heard.pad] if heard.pad < len(names) else f"pad{heard.pad}"


def _after(before: threading.Thread | None, work: Callable[[], None]) -> None:
    if before:
        before.join()
    work()


def _write(name: str, heard: Heard, audio: np.ndarray) -> Path:
    import soundfile

    seed = int(heard.origin["seed"])
    number = f"{seed:016x}" if heard.number is None else str(heard.number)
    folder = user_folder("kept")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{number}.wav"
    try:
        soundfile.write(path, audio, round(heard.rate), "PCM_24")
    except (soundfile.LibsndfileError, AssertionError) as error:
        raise OSError(f"{path}: {error}") from None
    return path


def _listed(one: Heard) -> HeardHit:
    row = one.origin["row"]
    turned = tuple(
        (param.name, float(row[index]))
        for index, param in enumerate(PAD_PARAMS)
        if param.stage == "hit" and row[index] != param.default
    )
    number = -1 if one.number is None else one.number
    made_for = float(one.origin["made_for"])
    return HeardHit(one.pad, int(one.origin["seed"]), number, made_for, one.velocity, turned)
