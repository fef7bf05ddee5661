"""Values of patterns and steps as OSC brings them: read, rounded as they were meant, in range."""

from collections.abc import Callable, Sequence

from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.patch import class_index
from astrodrum_live.control.row_names import ALIASES
from astrodrum_live.params import STEP_PARAMS, Param
from astrodrum_live.sequencer.conditions import good_condition
from astrodrum_live.sequencer.edits import Value, lock_row, pattern_row
from astrodrum_live.sequencer.marks import VELOCITIES

Complain = Callable[[str, str, str], None]
Pairs = Sequence[tuple[str, object]]

_STEP_ROWS = {row.name: row for row in STEP_PARAMS}
_SAME = 1e-6  # OSC's floats have 7 digits


class Problem(Exception):
    """What is wrong with a message."""

    def __init__(self, code: str, key: str, text: str) -> None:
        super().__init__(text)
        self.code, self.key, self.text = code, key, text


def pattern_values(pairs: Pairs, complain: Complain) -> tuple[tuple[str, float], ...]:
    """Key and value for ``SetPattern``. Errors: ``Problem``, ``NoKey``."""
    return tuple((key, _amount(pattern_row(key), key, value, complain)) for key, value in pairs)


def step_values(
    pairs: Pairs, classes: Sequence[str], complain: Complain
) -> tuple[tuple[str, Value], ...]:
    """Key and value for ``SetStep``; a lock that is taken away is None. ``classes``: of the model.

    Errors: ``Problem``, ``KeyError``, ``ValueError``.
    """
    values: list[tuple[str, Value]] = []
    for key, value in pairs:
        if key == "when":
            values.append((key, good_condition(str(value))))
        elif key in _STEP_ROWS:
            values.append((key, _amount(_STEP_ROWS[key], key, value, complain)))
        else:
            row = lock_row(ALIASES.get(key, key))
            if row.of == "class" and isinstance(value, str) and value:
                values.append((row.name, float(class_index(value, classes))))
            elif value == "":
                values.append((row.name, None))
            else:
                values.append((row.name, _amount(row, key, value, complain)))
    return tuple(values)


def _amount(row: Param, key: str, value: object, complain: Complain) -> float:
    """A number for ``row``, moved into its range, which is told."""
    span = f"{row.low:g} to {row.high:.10g} {row.unit}".rstrip()
    given = number(_parsed(value))
    if given is None:
        raise Problem("bad_args", key, f"{key} takes one finite number, {span}")
    amount = _meant(row, given)
    if not row.low <= amount <= row.high:
        complain("out_of_range", key, f"{key} = {amount:.7g} is moved into its range, {span}")
    return row.clamp(amount)


def _parsed(value: object) -> object:
    """Whole numbers may come as text: OSC's have 32 bits, its floats 24."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
        return int(value)
    return value


def _meant(row: Param, value: float) -> float:
    """0.8 came as 0.800000012, and a ninth with 7 digits."""
    if row.integer:
        return value
    if row.name == "velocity":
        for velocity in VELOCITIES.values():
            if abs(value - velocity) < _SAME:
                return velocity
    return float(f"{value:.7g}")
