"""The card of a model: what it was made from, how, how good it is, and where it is weak."""

import json
from pathlib import Path

from astrodrum_live.model.checkpoint import CONFIG, read_card, replace_file
from astrodrum_live.training.data import HitSet

CARD = "CARD.md"
KEPT_FROM = "## Notes"  # what stands from here on is a person's, and survives training


def write_card(folder: Path, hits: HitSet) -> None:
    """Write ``CARD.md`` from ``config.json``; a person's notes at its end are kept."""
    card = read_card(folder)
    config, training, data, scores = card.config, card.training, card.data, card.scores
    path = folder / CARD
    notes = ""
    if path.exists() and KEPT_FROM in (text := path.read_text(encoding="utf-8")):
        notes = "\n" + text[text.index(KEPT_FROM) :]
    lines = [
        f"# {folder.resolve().name}",
        "",
        f"Hash `{card.hash}`. A `{config.kind}` model of {len(config.classes)} classes at "
        f"{config.sample_rate} Hz, {config.slice_len} frames "
        f"({config.slice_len / config.sample_rate:.2f} s) a hit.",
        "",
        "## How it was made",
        "",
        f"`{training['command']}`",
        "",
        f"{training['steps_done']} steps in {training['minutes']} minutes; recipe, data hash and "
        f"model in `{CONFIG}`, the run in `log.jsonl`.",
        "",
        "## Data",
        "",
        f"{data['hits']} hits of {data['drums']} drums ({data['held_out']} hits, whole drums, kept "
        f"for validation), hash `{data['hash']}`. " + _licences(hits),
        "",
        "## Scores",
        "",
        f"{scores['hits_per_class']} generated hits of each class; a hit counts when the nearest "
        "real training hit (log-mel, Euclidean) is of the class that was asked for. Beside it, "
        "the same question for real hits, answered by other drums only.",
        "",
        *_table(scores, data),
        "",
        f"- Distance to the nearest training hit, over that of held-out hits: "
        f"{scores.get('novelty', 'not measured')} (well under 1 would be copying).",
        f"- Defects: {json.dumps(scores['defects'])}.",
        f"- One hit on one core: {scores['ms_per_hit']['p50']} ms median, "
        f"{scores['ms_per_hit']['p99']} ms p99 ({scores.get('machine', 'this machine')}).",
        "- `sheet.png`: generated hits beside real ones.",
    ]
    replace_file(path, ("\n".join(lines) + "\n" + notes).encode())


def _table(scores: dict, data: dict) -> list[str]:
    floor = scores["floors"]["other_drums"]
    rows = ["| class | training files | generated | real, by other drums |", "|---|---|---|---|"]
    for name, count in data["per_class"].items():
        rows.append(f"| {name} | {count} | {scores['accuracy'][name]:.3f} | {floor[name]:.3f} |")
    rows.append(f"| mean | | {scores['accuracy']['mean']:.3f} | {floor['mean']:.3f} |")
    return rows


def _licences(hits: HitSet) -> str:
    if not hits.licences:
        return "No manifest: see to its licences yourself."
    told = ", ".join(f"{name} ({count})" for name, count in sorted(hits.licences.items()))
    return f"Licences, by files: {told}."
