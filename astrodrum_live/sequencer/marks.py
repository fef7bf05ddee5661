"""A row of steps as text: a character a step, as people write beats."""

from collections.abc import Sequence

from astrodrum_live.params import MAX_STEPS

REST_MARK = "-"
RESTS = "-.~"
VELOCITIES = {"x": 0.8, "X": 1.0, "o": 0.5, **{str(n): n / 9 for n in range(1, 10)}}
_BLANKS = str.maketrans("", "", " \t\r\n|")
_GROUP = 4
_BEST_FIRST = ("X", "x", "o", *map(str, range(9, 0, -1)))  # of marks that are as near


def velocities(text: str) -> tuple[float, ...]:
    """The velocity of every step, 0 for a rest. Blanks and ``|`` mean nothing.

    Errors: ``ValueError`` for another character, and for none or more than 64 steps.
    """
    marks = text.translate(_BLANKS)
    for mark in marks:
        if mark not in VELOCITIES and mark not in RESTS:
            raise ValueError(f"'{mark}' is no step; a row is of {''.join(VELOCITIES)} and {RESTS}")
    if not 1 <= len(marks) <= MAX_STEPS:
        raise ValueError(f"a row has 1 to {MAX_STEPS} steps, not {len(marks)}")
    return tuple(VELOCITIES.get(mark, 0.0) for mark in marks)


def mark_of(velocity: float) -> str:
    """The mark nearest to a velocity; only 0 is a rest."""
    if velocity <= 0.0:
        return REST_MARK
    return min(_BEST_FIRST, key=lambda mark: abs(VELOCITIES[mark] - velocity))


def row_text(row: Sequence[float]) -> str:
    """Velocities as text, in groups of four."""
    marks = "".join(map(mark_of, row))
    return " ".join(marks[at : at + _GROUP] for at in range(0, len(marks), _GROUP))


def rewritten(text: str, row: Sequence[float]) -> str:
    """``text`` with other marks where it says another velocity than ``row`` (to the nearest mark);
    its blanks stay. As ``row_text`` if it has another number of steps."""
    if len(text.translate(_BLANKS)) != len(row):
        return row_text(row)
    steps = iter(row)
    return "".join(_kept(mark, next(steps)) if mark.translate(_BLANKS) else mark for mark in text)


def _kept(mark: str, velocity: float) -> str:
    wanted = mark_of(velocity)
    return mark if VELOCITIES.get(mark, 0.0) == VELOCITIES.get(wanted, 0.0) else wanted
