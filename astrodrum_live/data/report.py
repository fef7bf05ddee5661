"""What an import has made of the folders it was given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.data.manifest import REJECTED
from astrodrum_live.data.rejection import NO_CLASS, Rejection

NAMED = 20  # rejected files of one reason named in report.md; rejected.csv names all
FEWEST_DRUMS = 4  # of a class, for training to hold any out


@dataclass(frozen=True)
class ClassReport:
    """``files`` of ``drums``, spliced ones among them, and their lengths in seconds."""

    files: int
    drums: int
    train: int
    valid: int
    spliced: int
    seconds: float
    median_s: float
    longest_s: float


@dataclass(frozen=True)
class Report:
    """``new``: files that earlier runs had not placed. ``class_by``: how classes were told ->
    number of files. ``classifier``: what ``--like`` may be believed.
    """

    data: str
    files: int
    new: int
    classes: dict[str, ClassReport]
    class_by: dict[str, int]
    rejected: dict[str, int]
    rejected_files: list[Rejection]
    classifier: dict[str, float] | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)

    def remarks(self) -> list[str]:
        """What a person should know before training."""
        found = [
            f"class '{name}' has {one.drums} drum(s) by its files' names: nothing of it is kept "
            "for validation; if numbers in the names tell drums apart, import into a new folder "
            "with --numbers drums"
            for name, one in self.classes.items()
            if one.drums < FEWEST_DRUMS
        ]
        if self.rejected.get(NO_CLASS):
            found.append(
                f"{self.rejected[NO_CLASS]} files have no class: see {REJECTED}; a table of your "
                "own (--rules) or a labelled set (--like) may tell them, and running again takes "
                "them in"
            )
        return found

    def markdown(self) -> str:
        """``report.md``."""
        lines = [
            "# What was imported",
            "",
            "| class | files | drums | train | valid | spliced | seconds | median s | longest s |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for name, one in self.classes.items():
            cells = [name, *(f"{value:g}" for value in asdict(one).values())]
            lines.append("| " + " | ".join(cells) + " |")
        lines += ["", "Classes were told by: " + _counts(self.class_by) + "."]
        if self.classifier:
            known = ", ".join(f"{key} {value:g}" for key, value in self.classifier.items())
            lines += ["", f"The classifier on its own labelled set: {known}."]
        lines += [f"\n* {remark}" for remark in self.remarks()]
        lines += ["", "# What was left out", "", _counts(self.rejected) or "Nothing.", ""]
        for reason in self.rejected:
            files = [file for file in self.rejected_files if file.reason == reason]
            lines += [f"## {reason} ({len(files)})", ""]
            for file in files[:NAMED]:
                detail = f" ({file.detail})" if file.detail else ""
                lines.append(f"* `{file.source}/{file.path}`{detail}")
            if len(files) > NAMED:
                lines.append(f"* and {len(files) - NAMED} more in `{REJECTED}`")
            lines.append("")
        return "\n".join(lines)


def make_report(
    data: Path, rows: Sequence[dict[str, Any]], rejected: Sequence[Rejection], new: int,
    classifier: dict[str, float] | None,
) -> Report:  # fmt: skip
    """The report on the rows of a manifest and on what is not in it."""
    classes = {}
    for name in sorted({row["class"] for row in rows}):
        own = [row for row in rows if row["class"] == name]
        lengths = np.array([row["duration_s"] for row in own])
        classes[name] = ClassReport(
            len(own),
            len({row["source_drum"] for row in own}),
            sum(row["split"] == "train" for row in own),
            sum(row["split"] == "valid" for row in own),
            sum(bool(row.get("attack_of")) for row in own),
            round(float(lengths.sum()), 2),
            round(float(np.median(lengths)), 3),
            round(float(lengths.max()), 3),
        )
    by = Counter(str(row["class_by"]).partition(":")[0] for row in rows)
    reasons = Counter(one.reason for one in rejected)
    return Report(
        str(data), len(rows), new, classes, dict(by.most_common()), dict(reasons.most_common()),
        list(rejected), classifier,
    )  # fmt: skip


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
