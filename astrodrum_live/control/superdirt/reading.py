"""The key value pairs of an event as values by the keys of the table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.superdirt.keys import ABSENT, KEYS_BY_NAME, Key

Value = float | str
Values = Mapping[str, Value]

_STRUDELS_ORDER = ["cps", "cycle", "delta"]
_NAMES = ("pad", "s", "sound")
_SILENT_LEVEL = 0.01  # superdough's own floor is 0.001
_ENDLESS_FOLDER = float(2**53)  # beyond, not every whole number is a float


@dataclass(slots=True)
class Reading:
    """``values``: by the table's names; words for keys that may have one, else finite floats.

    ``unknown``: keys nobody knows. ``absent``: keys of SuperDirt that are not done here. ``bad``:
    values that could not be read, each of which is left out alone.
    """

    values: dict[str, Value] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    bad: int = 0


def read(args: Sequence[object], bus: Callable[[str], float | None]) -> Reading:
    """``key value key value ...`` read, whatever they are. ``bus``: what ``"c12"`` stands for.

    Strudel's ``decay`` is an envelope's: see ``_without_strudels_envelope``. Never raises.
    """
    reading = Reading()
    order: list[str] = []
    for name, sent in _pairs(args):
        order.append(name)
        key = KEYS_BY_NAME.get(name)
        if key is None:
            reading.unknown.append(name)
        elif key.fate == ABSENT:
            reading.absent.append(name)
        elif (value := _value(key, sent, bus)) is None:
            reading.bad += 1
        else:
            reading.values[key.name] = value
    if order[:3] == _STRUDELS_ORDER and "_id_" not in order:
        _without_strudels_envelope(reading.values)
    return reading


def sound_of(values: Values) -> tuple[str, str]:
    """The sound's name, and what is written behind its colon."""
    name = next((values[key] for key in _NAMES if key in values), "")
    before, _, behind = str(name).partition(":")
    return before, behind


def hit_number(values: Values, written: str) -> int | None:
    """Which hit of the pad's endless folder: ``n``, cut to a whole number, else what was written
    behind the sound's colon; None if neither was given."""
    index = given(values, "n")
    if index is None:
        index = _written(written)
    return None if index is None else int(min(max(index, -_ENDLESS_FOLDER), _ENDLESS_FOLDER))


def given(values: Values, key: str) -> float | None:
    """The number a key has, None if it has none."""
    value = values.get(key)
    return value if isinstance(value, float) else None


def amount(values: Values, key: str, default: float) -> float:
    """The number a key has, or its default."""
    value = given(values, key)
    return default if value is None else value


def _pairs(args: Sequence[object]) -> Iterator[tuple[str, object]]:
    for name, sent in zip(args[::2], args[1::2], strict=False):
        if isinstance(name, str):
            yield name, sent


def _value(key: Key, sent: object, bus: Callable[[str], float | None]) -> Value | None:
    is_name = key.name in (*_NAMES, "bank")
    if not isinstance(sent, str):
        level = number(sent)
        return f"{level:g}" if is_name and level is not None else level  # sclang: (s: 808)
    level = None if is_name else bus(sent)
    if level is None and key.text:
        return sent
    return _written(sent) if level is None else level


def _written(text: str) -> float | None:
    try:
        return number(float(text))
    except ValueError:
        return None


def _without_strudels_envelope(values: dict[str, Value]) -> None:
    """Strudel's ``decay`` is seconds and its ``sustain`` beside it a level, not our knob and
    SuperDirt's length: down to silence it is a release without a hold; else there is none.

    Its events are known by their keys: cps, cycle, delta come first and in that order, where
    Tidal's are sorted, so that a ``decay`` would stand before ``delta``. Whoever else writes them
    in Strudel's order means the knob by ``long``.
    """
    decay = values.get("decay")
    if decay is None:
        return
    del values["decay"]
    level = amount(values, "sustain", 0.0)
    values.pop("sustain", None)
    if level <= _SILENT_LEVEL:
        values["release"], values["hold"] = decay, 0.0
