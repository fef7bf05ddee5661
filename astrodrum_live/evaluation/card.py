"""The scores on a model's card: the section ``## Scores`` of CARD.md, ``scores`` in the config."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrodrum_live.evaluation.measures import ALL
from astrodrum_live.model.checkpoint import replace_file, write_scores

CARD = "CARD.md"
HEADING = "## Scores"
BEFORE = "## Notes"  # a person's own, always last
COLUMNS = {
    "accuracy": "accuracy",
    "accuracy_unseen": "unseen",
    "spread": "spread",
    "spread_real": "real",
    "novelty": "novelty",
    "speckle_db": "speckle dB",
    "speckle_db_real": "real",
    "tonal_db": "tonal dB",
    "tonal_db_real": "real",
}


def write_to_card(folder: Path, scores: dict[str, Any]) -> None:
    """Put scores into the model's ``config.json`` and its card; the card's other sections stay."""
    write_scores(folder, scores)
    path = folder / CARD
    text = path.read_text(encoding="utf-8") if path.exists() else f"# {folder.resolve().name}\n"
    replace_file(path, with_section(text, "\n".join(score_lines(scores))).encode())


def with_section(text: str, section: str) -> str:
    """A card with its section of scores replaced, or put in before a person's notes."""
    start = _heading(text, HEADING)
    if start is not None:
        end = _next_heading(text, start + len(HEADING))
        return text[:start] + section + ("\n\n" + text[end:] if end is not None else "\n")
    place = _heading(text, BEFORE)
    if place is None:
        return text.rstrip("\n") + "\n\n" + section + "\n"
    return text[:place] + section + "\n\n" + text[place:]


def score_lines(scores: dict[str, Any]) -> Iterator[str]:
    """The section as lines of Markdown, its heading first."""
    yield from (
        HEADING,
        "",
        f"By `astrodrum evaluate`: {scores['hits']} generated hits of {scores['seconds']} s, real "
        f"ones of {scores['seconds_real']} s; sets of {scores['compared']} compared, means over "
        f"{scores['draws']} draws, seed {scores['seed']}; reference `{scores['reference']}`, "
        f"embeddings `{scores['embeddings']}`. `iid`: two halves of the training hits. `kit`: some "
        "drums against others (class accuracy, nearest hit: held-out drums). What each is: "
        "`docs/evaluation.md`.",
        "",
        "| measure | value | iid | kit | target | met |",
        "|---|---|---|---|---|---|",
    )
    for name, row in scores["measures"].items():
        shown = (shown_number(row[key]) for key in ("value", "iid", "kit"))
        met = {True: "yes", False: "**no**", None: ""}[row["met"]]
        yield f"| {ALL[name].title} | {' | '.join(shown)} | {row['target'] or ''} | {met} |"
    yield from ("", "| class | " + " | ".join(COLUMNS.values()) + " |", "|---" * 10 + "|")
    for label, figures in scores["classes"].items():
        shown = (shown_number(figures.get(key)) for key in COLUMNS)
        yield f"| {label} | {' | '.join(shown)} |"
    yield from ("", f"Speed on {scores['machine']}.")
    for names, why in missing_lines(scores["missing"]):
        yield f"- Not to be had: {names} ({why})."


def missing_lines(missing: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What could not be had, and why: all that share a reason together, in order."""
    for why in dict.fromkeys(missing.values()):
        yield ", ".join(name for name in missing if missing[name] == why), why


def shown_number(value: float | None) -> str:
    """A figure as people read it."""
    return "" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _heading(text: str, heading: str) -> int | None:
    if text.startswith(heading + "\n"):
        return 0
    place = text.find("\n" + heading + "\n")
    return None if place < 0 else place + 1


def _next_heading(text: str, start: int) -> int | None:
    place = text.find("\n## ", start)
    return None if place < 0 else place + 1
