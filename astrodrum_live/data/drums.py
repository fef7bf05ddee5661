"""Which files are strokes of one drum, how often each is drawn, and on which side a drum lies."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from astrodrum_live.training.hits import balanced, hold_out
from astrodrum_live.training.manifest import SPLITS

_GAP = r"[\s_.\-~()\[\]]*"
_COUNTED = re.compile(
    rf"{_GAP}(?<![^\W\d_])(?:round ?robin|rr|vl|vel|velocity|layer|take|hit|v){_GAP}\d+{_GAP}$"
    r"|(?<=[^\W\d_])(?:rr|vl|vel)\d+$"
    rf"|[\s_.\-](?:ppp|pp|p|mp|mf|f|ff|fff|soft|medium|hard|left|right){_GAP}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"{_GAP}\d+{_GAP}$")


def drum_of(parts: Sequence[str], numbers: str) -> str:
    """The drum that a file's folders and stem name: the stem less what counts its strokes.

    Round robins, velocities, dynamics and sides are dropped from the end, and with ``numbers``
    "strokes" bare numbers too: "kit/Snare_v3_rr2" and "kit/Snare 12" are strokes of "kit/Snare".
    """
    stem = parts[-1]
    while True:
        shorter = _COUNTED.sub("", stem)
        if shorter == stem and numbers == "strokes":
            shorter = _NUMBER.sub("", shorter)
        if shorter == stem:
            return "/".join([*parts[:-1], stem]) if stem else "/".join(parts[:-1])
        stem = shorter


def weights(drums: Sequence[str], label: Sequence[str], given: Sequence[str]) -> list[float]:
    """How often each file is drawn: as ``given``, else 1 / sqrt(files of its drum in its class).

    Those not given have mean 1 in their class, as a manifest's should have.
    """
    files = Counter(zip(drums, label, strict=True))
    computed = np.array([files[pair] ** -0.5 for pair in zip(drums, label, strict=True)])
    open_ = np.array([not value for value in given])
    if open_.any():
        place = np.unique(np.array(label)[open_], return_inverse=True)[1]
        computed[open_] = balanced(computed[open_], place)
    return [
        float(value) if value else round(float(weight), 4)
        for value, weight in zip(given, computed, strict=True)
    ]


def sides(drums: Sequence[str], label: Sequence[str], given: Sequence[str]) -> list[str]:
    """``train`` or ``valid`` for each file, whole drums at a time.

    As training would hold out (``training.hits.hold_out``), but where a source's manifest keeps
    files for validation (``given``) its own choice stands: a drum with one such file is kept whole.
    A class that nothing would be left of to train on is for training, and all its drums.
    """
    place = np.unique(np.array(label), return_inverse=True)[1]
    held = hold_out(tuple(drums), place)
    told = [SPLITS[value.strip().lower()] for value in given]
    if any(told):
        stated = {drum for drum, side in zip(drums, told, strict=True) if side is not None}
        valid = {drum for drum, side in zip(drums, told, strict=True) if side}
        held = np.array(
            [
                drum in valid if drum in stated else bool(chosen)
                for drum, chosen in zip(drums, held, strict=True)
            ]
        )
    for i in np.unique(place):
        if held[place == i].all():
            held[place == i] = False
    trained = {drum for drum, out in zip(drums, held, strict=True) if not out}
    return ["train" if drum in trained else "valid" for drum in drums]
