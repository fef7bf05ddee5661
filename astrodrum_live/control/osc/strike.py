"""The arguments of a hit: which pad, how hard, and what is different about this one."""

from collections.abc import Iterator, Sequence

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.patch import Patch, class_index
from astrodrum_live.control.row_names import NUMBER_KEYS, row_named
from astrodrum_live.params import ONE_HIT_STAGES

_ROUNDING = 1e-3  # a float32 that meant 1.0 is not MIDI velocity 1
_PAIRS = "a hit's parameters come as key value pairs"

Problem = tuple[str, str, str]  # code, key, words


def pad_of(value: object, patch: Patch) -> int | None:
    """A pad's name, or its 0-based index as any kind of number, to its index, else None."""
    if isinstance(value, str):
        names = patch.pad_names()
        return names.index(value) if value in names else None
    index = None if isinstance(value, bool) else number(value)
    if index is None or index != int(index) or not 0 <= index < len(patch.pads):
        return None
    return int(index)


def velocity_of(value: object) -> float | None:
    """0 (a surface's button released) to 1 as it is, above 1 as MIDI's 1..127, else None."""
    velocity = number(value)
    if velocity is None:
        return None
    if velocity > 1.0 + _ROUNDING:
        velocity /= 127.0
    return min(max(velocity, 0.0), 1.0)


def strike(
    pad: int, args: Sequence[object], classes: Sequence[str] = ()
) -> tuple[Hit | None, list[Problem]]:
    """``[velocity] [key value ...]`` as a hit, None for velocity 0, and what was wrong.

    A key is a name of ``row_names``, or ``n``: the hit's number in its pad's endless folder. A row
    that is one of the model's ``classes`` takes its name too. What cannot be read of the pairs is
    told and left out; the hit sounds all the same.
    """
    rest = list(args)
    velocity: float | None = 1.0
    if rest and not isinstance(rest[0], str):
        velocity = velocity_of(rest.pop(0))
    if velocity is None:
        return None, [("bad_args", "velocity", "the velocity of a hit must be a finite number")]
    params: dict[str, float] = {}
    which: int | None = None
    problems: list[Problem] = []
    for key, value in _pairs(rest, problems):
        if key in NUMBER_KEYS:
            which = _whole(key, value, problems)
        else:
            _read(key, value, params, classes, problems)
    if velocity == 0.0:
        return None, problems
    return Hit(pad, velocity, tuple(params.items()), which), problems


def _pairs(rest: list[object], problems: list[Problem]) -> Iterator[tuple[str, object]]:
    if len(rest) % 2:
        problems.append(("bad_args", "pairs", f"{_PAIRS}; the last has no value"))
    for key, value in zip(rest[::2], rest[1::2], strict=False):
        if isinstance(key, str):
            yield key, value
        else:
            problems.append(("bad_args", "pairs", f"{_PAIRS}; a key is not text"))


def _whole(key: str, value: object, problems: list[Problem]) -> int | None:
    """A hit's number; 1.5 is 1, as in SuperDirt."""
    which = number(value)
    if which is None:
        problems.append(("bad_args", key, f"'{key}' needs a finite number"))
        return None
    return int(value) if isinstance(value, int) else int(which)


def _read(
    key: str, value: object, params: dict[str, float], classes: Sequence[str],
    problems: list[Problem],
) -> None:  # fmt: skip
    try:
        row = row_named(key)
    except KeyError as error:
        problems.append(("unsupported_param", key, str(error.args[0])))
        return
    try:
        named = row.of == "class" and isinstance(value, str)
        amount = float(class_index(str(value), classes)) if named else number(value)
    except KeyError as error:
        problems.append(("bad_args", key, str(error.args[0])))
        return
    if row.stage not in ONE_HIT_STAGES:
        text = f"'{key}' cannot be set for one hit; use /p/<pad>/{row.name}"
        problems.append(("unsupported_param", key, text))
    elif amount is None:
        problems.append(("bad_args", key, f"'{key}' needs a finite number"))
    else:
        params[row.name] = row.clamp(amount)
