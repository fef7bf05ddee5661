"""Ours alone: what ``astrodrum bench`` measures, each figure held to its target."""

from collections.abc import Iterator, Mapping

from astrodrum_live.cli.bench import TARGETS, find_inputs, measures
from astrodrum_live.params import ORBITS
from benchmarks.peers import Tell
from benchmarks.rows import Row


def measure(tell: Tell) -> Iterator[Row]:
    """One figure that cannot be had, on a machine too busy for it, costs no other."""
    for title, one in measures(*find_inputs()):
        try:
            yield from rows_of(one())
        except RuntimeError as error:
            tell(f"{title}: failed: {error}")


def rows_of(figures: Mapping[str, object]) -> Iterator[Row]:
    """A row for each number, with its target if it has one."""
    for name, value in figures.items():
        if isinstance(value, float):
            unit, bound, more = TARGETS.get(name, ("", None, False))
            yield Row(f"`{name}`", unit, value, more=more, bound=bound)
    if isinstance(share := figures.get("orbits_block_share"), float):
        yield Row("echo and room of one orbit", "of the block", share / ORBITS)
