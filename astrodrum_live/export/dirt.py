"""A Dirt-Samples folder for TidalCycles, and ``strudel.json`` for Strudel.

SuperDirt takes a folder for a sound and counts its files in the order of their names, around and
around: ``s "snare:2"`` is ``snare_0002.wav``. Neither has layers of velocity, nor a place for a
pad's pitch and gain, so these are in the samples.
"""

import json
from pathlib import Path

from astrodrum_live.control.patch import choke_masks
from astrodrum_live.export.kit import Format, Kit


def strudel_map(kit: Kit) -> dict[str, str | list[str]]:
    """What Strudel's ``samples()`` reads: for each sound the paths after ``_base``.

    Its empty ``_base`` stands for the place the file was loaded from, which Strudel tells without a
    slash at the end (``samples`` in its ``sampler.mjs``): hence those at the beginning.
    """
    sounds = {
        kit.patch.pads[pad].name: [f"/{path}" for path in paths]
        for (pad, _), paths in kit.files.items()
    }
    return {"_base": "", **sounds}


def _finish(kit: Kit, folder: Path) -> list[str]:
    text = json.dumps(strudel_map(kit), indent=1)
    (folder / "strudel.json").write_text(f"{text}\n", encoding="utf-8")
    masks = choke_masks(kit.patch)
    choking = [kit.patch.pads[pad].name for pad in kit.pads if masks[pad]]
    return [f"chokes of {', '.join(choking)}: use 'cut'"] if choking else []


FORMAT = Format(
    layered=False,
    most=9999,
    carries=frozenset({"gain", "pitch"}),
    within=lambda kit, pad: pad,
    finish=_finish,
    baked=True,
)
