"""A figure beside a peer's and a target, and the table of them: ratios first."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

NONE = "-"


@dataclass(frozen=True)
class Row:
    """What was measured, in ``unit``: ours, and the ``peer``'s in the same run if there is one.

    ``more``: larger is better. ``ratio``, ``bound``: what ours over theirs, or ours alone, should
    be at least (``more``) or at most. ``note``: conditions a reader must know.
    """

    what: str
    unit: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    more: bool = False
    ratio: float | None = None
    bound: float | None = None
    note: str = ""

    @property
    def share(self) -> float | None:
        """Ours over theirs."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether all targets were met; None if there is none, or nothing to hold it to."""
        held = [(self.share, self.ratio), (self.ours, self.bound)]
        known = [(got, want) for got, want in held if got is not None and want is not None]
        if not known:
            return None
        return all(got >= want if self.more else got <= want for got, want in known)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def in_turns(measures: Sequence, turns: int) -> list[float]:
    """Call each of ``measures`` in turn, ``turns`` times around: the median of each. A machine
    that is busy now and idle then is so for all of them."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(turns):
        for kept, measure in zip(found, measures, strict=True):
            kept.append(measure())
    return [median(kept) for kept in found]


def markdown(rows: Iterable[Row]) -> str:
    """The table."""
    lines = ["| | ours / peer | target | met | ours | peer | |", "|---|--:|---|---|--:|--:|---|"]
    for row in rows:
        cells = (
            row.what, number(row.share), _target(row),
            {None: NONE, True: "yes", False: "**no**"}[row.met],
            _measured(row.ours, row.unit),
            f"{row.peer} {_measured(row.theirs, row.unit)}" if row.peer else NONE, row.note,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return NONE
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _measured(value: float | None, unit: str) -> str:
    return f"{number(value)} {unit}".strip() if value is not None else NONE


def _target(row: Row) -> str:
    word = "at least" if row.more else "at most"
    wanted = [f"{word} {row.ratio:g} x"] if row.ratio is not None else []
    wanted += [f"{word} {row.bound:g} {row.unit}".strip()] if row.bound is not None else []
    return ", ".join(wanted) or NONE
