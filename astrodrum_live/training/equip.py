"""Giving a model folder its knobs: found, stored, and told in bank and card."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from astrodrum_live.model.bank import BANK, load_bank, save_bank
from astrodrum_live.model.checkpoint import ModelCard, replace_file, store_knobs
from astrodrum_live.model.knobs import GRADE, KNOBS, RIGHT
from astrodrum_live.model.player import Model, load_model
from astrodrum_live.training.console import Console
from astrodrum_live.training.knobs import Search, Stand, find_knobs
from astrodrum_live.training.slopes import sense_of

TELLINGS = 10
CARD = "CARD.md"
HEADING = "## Knobs"
_SECTION = re.compile(rf"^{HEADING}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def equip(
    model: Model, search: Search, advance: Callable[[int], None], stands: Sequence[Stand] = ()
) -> Model:
    """Find a model's knobs and store them with it; the model as it is then, with its new hash.

    ``stands``: hits of kits' pads, that the knobs are graded on as well.
    Bank and card, where they are there, follow. Nothing is written before all is found.
    Errors: ``ModelError``, ``OSError``, ``ValueError`` for a search of too few hits.
    """
    knobs, report = find_knobs(model, search, sense_of(model), advance, stands=stands)
    card = store_knobs(model.card, knobs, report)
    folder = card.folder
    if (folder / BANK).exists():
        save_bank(folder, replace(load_bank(folder), hash=card.hash))
    if (folder / CARD).exists():
        _retell(folder / CARD, model.card, card)
    return Model(card, model.network, model.device)


def equip_showing(folder: Path, search: Search, device: str, console: Console) -> Model:
    """``equip`` for the model in ``folder``, told on ``console``. Ctrl-C leaves it as it is."""
    model = load_model(folder, device)
    total = search.count(len(model.config.classes))
    began, told = time.monotonic(), 0

    def advance(hits: int) -> None:
        nonlocal told
        if hits // (total // TELLINGS + 1) > told:
            told = hits // (total // TELLINGS + 1)
            left = (time.monotonic() - began) / hits * (total - hits)
            console.print(f"finding knobs: {hits / total:.0%}, {left:.0f} s left")

    try:
        model = equip(model, search, advance)
    except KeyboardInterrupt:
        console.print(f"no knobs were looked for; find them with 'astrodrum knobs {folder}'")
        return model
    shown = int(model.card.knobs.shown.sum()) if model.card.knobs else 0
    console.print(f"{folder}: {shown} knobs hold; see its card")
    return model


def knob_section(report: dict[str, Any]) -> list[str]:
    """The lines of a card that tell the knobs, from ``ModelCard.knob_report``."""
    lines = [
        HEADING,
        "",
        f"Rank correlation (Spearman, mean over {report['graded_on']} unseen latents and the pads "
        "of the shipped kits, at five positions) of each knob with what it is called after. A knob "
        f"is shown where that is {GRADE} or better, where it goes the right way on {RIGHT:.0%} of "
        "the drums or more, and where its whole way can be heard; else it is hidden, in brackets "
        "here, with the share of the drums. The right way: the last position above the first, and "
        "a rise on all steps but one at most; of punch also: struck hard, no duller than struck "
        "softly. The share is the lower of two, over all latents and over the kits' pads alone. A "
        "dash: the class has no such thing. Cross-talk: how far a shown knob moves what another "
        "shown one stands for, in units of that one's own way; the worst.",
        "",
        f"| class | {' | '.join(KNOBS)} | worst cross-talk |",
        f"|---{'|---' * len(KNOBS)}|---|",
    ]
    for name, told in report["classes"].items():
        cells = " | ".join(_cell(told.get(knob)) for knob in KNOBS)
        lines.append(f"| {name} | {cells} | {_worst(told)} |")
    hidden = [
        f"{name}: {', '.join(idle)}"
        for name, told in report["classes"].items()
        if (idle := [knob for knob, graded in told.items() if not graded["shown"]])
    ]
    lines += ["", f"Hidden: {'; '.join(hidden) or 'none'}."]
    return lines


def _cell(graded: dict[str, Any] | None) -> str:
    if graded is None or graded["rho"] is None:
        return "-"
    return (
        f"{graded['rho']:.2f}"
        if graded["shown"]
        else f"({graded['rho']:.2f}, {graded['right']:.0%})"
    )


def _worst(told: dict[str, Any]) -> str:
    worst = [
        (amount, knob, other)
        for knob, graded in told.items()
        if graded["shown"]
        for other, amount in graded["cross_talk"].items()
    ]
    if not worst:
        return "-"
    amount, knob, other = max(worst)
    return f"{amount:.2f} ({knob} moves {other})"


def _retell(path: Path, before: ModelCard, after: ModelCard) -> None:
    """The card with the new hash, and its section on knobs in its place, or before the notes."""
    text = path.read_text(encoding="utf-8").replace(before.hash, after.hash)
    section = "\n".join(knob_section(after.knob_report)) + "\n"
    if _SECTION.search(text):
        text = _SECTION.sub(lambda found: section + "\n", text)
    elif "\n## Notes" in text:
        text = text.replace("\n## Notes", f"\n{section}\n## Notes", 1)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    replace_file(path, (text.rstrip() + "\n").encode())
