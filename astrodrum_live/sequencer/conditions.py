"""When a step is heard, besides by chance: always, in fills, or every so many times round."""

import re

ALWAYS, FILL, NO_FILL = "", "fill", "nofill"
LONGEST = 64  # times round
_EVERY = re.compile(r"(\d{1,2}):(\d{1,2})")
USAGE = f'"{FILL}", "{NO_FILL}", "2:4" for the second of every four times round, or ""'


def good_condition(text: str) -> str:
    """``text``, if it is a condition. Errors: ``ValueError`` that says what one is."""
    if text in (ALWAYS, FILL, NO_FILL) or ((every := _times(text)) and 1 <= every[0] <= every[1]):
        return text
    shown = text if len(text) <= 40 else text[:37] + "..."
    raise ValueError(f"'{shown}' is no condition; a step plays when {USAGE}")


def holds(when: str, fill: bool, times: int) -> bool:
    """Whether a step is heard the ``times``-th time (from 0) that it comes by."""
    if when == ALWAYS:
        return True
    if when in (FILL, NO_FILL):
        return fill == (when == FILL)
    every = _times(when)
    return every is not None and times % every[1] == every[0] - 1


def _times(text: str) -> tuple[int, int] | None:
    found = _EVERY.fullmatch(text)
    if not found or int(found[2]) > LONGEST:
        return None
    return int(found[1]), int(found[2])
