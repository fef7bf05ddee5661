"""The card of a model: what it was made from and how. Its scores are added by the evaluation."""

from pathlib import Path

from astrodrum_live.model.checkpoint import CONFIG, read_card, replace_file
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.equip import knob_section

CARD = "CARD.md"
KEPT_FROM = "## Notes"  # what stands from here on is a person's, and survives training


def write_card(folder: Path, hits: HitSet) -> None:
    """Write ``CARD.md`` from ``config.json``; a person's notes at its end are kept."""
    card = read_card(folder)
    config, training, data = card.config, card.training, card.data
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
    ]
    if card.knob_report:
        lines += ["", *knob_section(card.knob_report)]
    replace_file(path, ("\n".join(lines) + "\n" + notes).encode())


def _licences(hits: HitSet) -> str:
    if not hits.licences:
        return "No manifest: see to its licences yourself."
    told = ", ".join(f"{name} ({count})" for name, count in sorted(hits.licences.items()))
    return f"Licences, by files: {told}."
