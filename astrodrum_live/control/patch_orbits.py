"""The ``[[orbit]]`` tables of a patch: which orbit each is for."""

from collections.abc import Iterator

from astrodrum_live.control.patch_section import PatchSource, Section
from astrodrum_live.params import ORBIT_PARAMS, ORBITS

NUMBER = "orbit"


def orbit_sections(source: PatchSource, top: Section) -> Iterator[tuple[int, Section]]:
    """The number of each orbit that a patch has a table for, and the table.

    Its key ``orbit`` names it; without one it is the orbit of its place in the list, from 0.
    Errors: ``PatchError``.
    """
    known = (NUMBER, *(row.key for row in ORBIT_PARAMS))
    seen: set[int] = set()
    for place, table in enumerate(top.items("orbit")):
        section = Section(source, ("orbit", place), table, known, f"[[orbit]] number {place + 1}")
        number = section.whole(NUMBER, 0, ORBITS - 1, place) if place < ORBITS else place
        if place >= ORBITS:
            text = f"a patch has at most {ORBITS} orbits, not {place + 1}"
            raise source.error(("orbit", place), text)
        if number in seen:
            text = f"two tables are for orbit {number}; give each its own: orbit = N"
            raise section.error(NUMBER, text)
        seen.add(number)
        yield number, section


def orbit_place(tables: list[dict], number: int) -> int | None:
    """Where in the list of a valid patch's orbit tables that of orbit ``number`` stands."""
    for place, table in enumerate(tables):
        if table.get(NUMBER, place) == number:
            return place
    return None
