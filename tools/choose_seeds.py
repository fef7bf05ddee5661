"""Propose seeds for the pads of a shipped kit, after a change of the shipped model.

``python tools/choose_seeds.py KIT [--seeds 40]`` makes a few hits of every pad for every seed and
prints, best first, those whose hits the evaluation CNN is surest to be of the class asked for, with
what they measure. Which of them go well together is for a person to say.
"""

import argparse
from dataclasses import replace

import numpy as np

from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.evaluation.classify import probabilities
from astrodrum_live.evaluation.embeddings import load_embeddings
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.live.model_choice import sounds_of
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.model.descriptors import describe
from astrodrum_live.params import PAD_INDEX

STROKES = 4
SHOWN = 8


def main() -> None:
    """Print the best seeds of every pad."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("kit")
    given.add_argument("--seeds", type=int, default=40)
    options = given.parse_args()
    start_torch("cpu", 1)
    patch = load_patch(find_patch(options.kit))
    sounds = sounds_of(patch)
    classes = read_card(sounds.model).config.classes
    judge = load_embeddings()
    columns = np.array([judge.classes.index(name) for name in classes])
    asked = sounds.mixes(classes).argmax(axis=1)
    maker = ModelMaker(replace(sounds, latents=()), 44100, 0)
    values = np.array(sounds.rows)
    for pad, name in enumerate(pad.name for pad in patch.pads):
        found = []
        for seed in range(1, options.seeds + 1):
            values[pad, PAD_INDEX["seed"]] = seed
            waves, _ = maker.raw([Request(pad, k) for k in range(STROKES)], values)
            share = probabilities(judge.see(waves, maker.sample_rate).scores, columns)
            measured = mean_of_known(describe(waves, maker.sample_rate).values)
            found.append((share[:, asked[pad]].mean(), seed, measured))
        print(f"{name} ({classes[asked[pad]]})")
        for sure, seed, (bright, decay, punch, body, noisy, tuning) in sorted(
            found, key=lambda one: -one[0]
        )[:SHOWN]:
            print(
                f"  seed {seed:3d}  sure {sure:.2f}  brightness {2**bright:5.0f} Hz  decay "
                f"{1000 * 2**decay:4.0f} ms  punch {punch:5.1f} dB  body {body:5.1f} dB  noise "
                f"{noisy:5.1f} dB  tuning {2**tuning:5.1f} Hz"
            )


def mean_of_known(values: np.ndarray) -> np.ndarray:
    """Column means (k,) of (n, k) without the NaN; NaN where there is nothing else."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


if __name__ == "__main__":
    main()
