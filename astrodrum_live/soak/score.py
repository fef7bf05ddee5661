"""What is sent, and when: endless, in order, the same for the same seed."""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from astrodrum_live.control.events import Event, LoadKit, Set
from astrodrum_live.control.midi_file import MidiFileError, Performance, read_performance

SCENARIOS = ("all", "performance", "one-pad", "flood", "morph", "swap")
ONE_PAD_HZ = 34  # the densest second of one pad in the Groove MIDI Dataset
LOOP_GAP_S = 0.5
LONG_S = 5.0  # a lone fill is no performance

TIDAL_EVERY_S = 1 / 16  # sixteenths at 240 beats a minute
AHEAD_S = 0.2  # Tidal's oLatency
FLOOD_EVERY_S, FLOOD_OF = 0.05, 15  # 300 controller messages a second, in bursts
DELUGE_EVERY_S, DELUGE_OF, DELUGE_NOTES_HZ = 0.005, 25, 10  # 5,000 a second
FADER_HZ, FADER_WAY_S, FADER_NOTES_HZ = 100, 4.0, 8  # there and back
TWEAK_EVERY_S = 0.2
SWAP_EVERY_S = 7.0
KITS = ("electro", "crossover", "default")

_NOTES = (36, 38, 42, 45)
_SOUNDS = ("bd", "sn", "hh", "oh", "cp", "lt")


@dataclass(frozen=True, slots=True)
class Midi:
    """A message as from a port."""

    data: bytes

    @property
    def is_note(self) -> bool:
        """Whether it is a stroke."""
        return self.data[0] & 0xF0 == 0x90 and self.data[2] > 0


@dataclass(frozen=True, slots=True)
class Dirt:
    """An event as Tidal sends it, due ``AHEAD_S`` later."""

    args: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """An event as from a surface, or from the keys of the terminal."""

    event: Event


Sent = Midi | Dirt | Post
Timed = tuple[float, Sent]  # seconds from the start


def score_of(
    scenario: str, performance: Performance, pads: int, kits: Sequence[str], seed: int = 1
) -> Iterator[Timed]:
    """All that ``scenario`` sends, in order of time, without end.

    ``pads``: that every one of the ``kits`` has. ``kits``: to be changed to in turn.
    """
    dice = random.Random(seed)
    if scenario == "one-pad":
        return _strokes(dice, ONE_PAD_HZ, (38,))
    if scenario == "flood":
        return _merged(_deluge(dice), _strokes(dice, DELUGE_NOTES_HZ, _NOTES))
    if scenario == "morph":
        return _merged(_fader(), _strokes(dice, FADER_NOTES_HZ, _NOTES))
    parts = [_looped(performance)]
    if scenario == "all":
        parts += [_tidal(dice), _flood(dice), _tweaks(dice, pads), _swaps(kits)]
    return _merged(*parts)


def densest(folders: Sequence[Path]) -> tuple[Path, Performance]:
    """Of all MIDI files below ``folders`` that last ``LONG_S``, the one with the most strokes a
    second.

    Errors: ``MidiFileError`` where a folder has none, or all have none of that length. What cannot
    be read is passed over.
    """
    for folder in folders:
        if next(folder.rglob("*.mid"), None) is None:
            raise MidiFileError(f"no MIDI file below {folder}; give --midi a folder that has some")
    best: tuple[float, Path, Performance] | None = None
    for path in sorted(path for folder in folders for path in folder.rglob("*.mid")):
        try:
            performance = read_performance(path)
        except MidiFileError:
            continue
        found = strokes_a_second(performance), path, performance
        if performance[-1][0] >= LONG_S and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        where = ", ".join(map(str, folders))
        raise MidiFileError(f"no MIDI file of {LONG_S:g} s and more below {where}")
    return best[1:]


def strokes_a_second(performance: Performance) -> float:
    """Over its whole length, the pause before it begins again included."""
    strokes = sum(Midi(data).is_note for _, data in performance)
    return strokes / (performance[-1][0] + LOOP_GAP_S)


def counted(sent: Counter[str], what: Sent) -> None:
    """Add what is sent to its sums."""
    match what:
        case Midi():
            sent["midi"] += 1
            sent["notes"] += what.is_note
        case Dirt():
            sent["dirt"] += 1
        case Post(event):
            sent["kits" if isinstance(event, LoadKit) else "turns"] += 1


def _every(period_s: float, make: Callable[[int], Sequence[Sent]]) -> Iterator[Timed]:
    number = 1
    while True:
        for one in make(number):
            yield number * period_s, one
        number += 1


def _looped(performance: Performance) -> Iterator[Timed]:
    length_s = performance[-1][0] + LOOP_GAP_S
    began_s = 0.0
    while True:
        for seconds, data in performance:
            yield began_s + seconds, Midi(data)
        began_s += length_s


def _merged(*parts: Iterator[Timed]) -> Iterator[Timed]:
    return heapq.merge(*parts, key=lambda timed: timed[0])


def _strokes(dice: random.Random, hz: int, notes: Sequence[int]) -> Iterator[Timed]:
    """Of these notes in turn."""
    return _every(
        1 / hz,
        lambda number: [Midi(bytes([0x99, notes[number % len(notes)], dice.randrange(20, 128)]))],
    )


def _deluge(dice: random.Random) -> Iterator[Timed]:
    """One controller, faster than any hand."""
    return _every(
        DELUGE_EVERY_S,
        lambda _: [Midi(bytes([0xB9, 1, dice.randrange(128)])) for _ in range(DELUGE_OF)],
    )


def _fader() -> Iterator[Timed]:
    """The way to the other kit and back, in the steps of a controller."""

    def turn(number: int) -> list[Sent]:
        share = number / FADER_HZ % FADER_WAY_S / FADER_WAY_S * 2.0
        return [Post(Set(None, "kit_morph", round(min(share, 2.0 - share) * 127) / 127))]

    return _every(1 / FADER_HZ, turn)


def _tidal(dice: random.Random) -> Iterator[Timed]:
    """Every fourth with a knob of its own, every eighth with a number."""

    def event(number: int) -> list[Sent]:
        args: list[object] = ["s", dice.choice(_SOUNDS), "gain", round(dice.uniform(0.6, 1.1), 3)]
        if number % 4 == 0:
            args += ["bright", dice.randrange(8) / 8]
        if number % 8 == 0:
            args += ["n", float(dice.randrange(16))]
        return [Dirt((*args, "orbit", number % 2))]

    return _every(TIDAL_EVERY_S, event)


def _flood(dice: random.Random) -> Iterator[Timed]:
    return _every(
        FLOOD_EVERY_S,
        lambda number: [
            Midi(bytes([0xB9, (1, 4)[number % 2], dice.randrange(128)])) for _ in range(FLOOD_OF)
        ],
    )


def _tweaks(dice: random.Random, pads: int) -> Iterator[Timed]:
    def turn(_: int) -> list[Sent]:
        row, low, high = dice.choice((("radius", 0.2, 1.5), ("z1", -2, 2), ("gain", -6, 0)))
        return [Post(Set(dice.randrange(pads), row, dice.uniform(low, high)))]

    return _every(TWEAK_EVERY_S, turn)


def _swaps(kits: Sequence[str]) -> Iterator[Timed]:
    if not kits:
        return iter(())
    return _every(SWAP_EVERY_S, lambda number: [Post(LoadKit(kits[number % len(kits)]))])
