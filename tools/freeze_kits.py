"""Freeze the shipped kits, so that they sound like themselves on their first start anywhere.

Run after a change of the shipped model or of a kit: ``python tools/freeze_kits.py``.
"""

import os
import shutil
import tempfile
from pathlib import Path

from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names, patches_folder
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.freezer import Freezer
from astrodrum_live.generation.frozen_pads import FOLDER
from astrodrum_live.generation.makers import ModelMaker
from astrodrum_live.live.model_choice import sounds_of

RATE = 44100  # most of what is shipped is at the model's own rate; others are resampled on the fly


def main() -> None:
    """Write the pads of every kit in ``patches/`` beside the model it plays."""
    with tempfile.TemporaryDirectory() as empty:
        os.environ["ASTRODRUM_CACHE"] = empty  # what this user's own holds is to be shipped as well
        _freeze_all()


def _freeze_all() -> None:
    start_torch("cpu", 1)
    emptied: set[Path] = set()
    shipped = patches_folder()
    for name in patch_names(shipped):
        sounds = sounds_of(load_patch(find_patch(name, shipped)))
        folder = sounds.model / FOLDER
        if folder not in emptied:
            shutil.rmtree(folder, ignore_errors=True)
            emptied.add(folder)
        freezer = Freezer(ModelMaker(sounds, RATE, 0), sounds, RATE, folder)
        hits = 0
        while freezer.step():
            hits += 1
        print(f"{name}: {hits} hits in {folder}")


if __name__ == "__main__":
    main()
