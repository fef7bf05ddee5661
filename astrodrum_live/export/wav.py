"""Samples in folders, as the network made them, level matched and nothing else."""

from pathlib import Path

from astrodrum_live.export.kit import Format, Kit
from astrodrum_live.params import PAD_INDEX


def _finish(kit: Kit, folder: Path) -> list[str]:
    return []  # ``kit.csv``, which every export has, tells the rest


FORMAT = Format(
    layered=True,
    most=9999,
    carries=frozenset(PAD_INDEX),  # raw material: nothing of a kit is promised
    within=lambda kit, pad: pad,
    finish=_finish,
)
