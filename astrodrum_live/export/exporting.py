"""A kit's hits made, written, and turned into a kit of another instrument's."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.control.patch import FrozenHit
from astrodrum_live.export.audio_file import encode
from astrodrum_live.export.collection import Hit, collect
from astrodrum_live.export.folder import whole_folder
from astrodrum_live.export.kit import Kit
from astrodrum_live.export.order import Order
from astrodrum_live.export.provenance import FILE, Row, csv_text, row_of
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.loudness import PEAK_LIMIT_DB
from astrodrum_live.generation.makers import FrozenMaker, Made, ModelMaker, Request
from astrodrum_live.generation.postprocess import resample
from astrodrum_live.live.model_choice import Choice
from astrodrum_live.params import PAD_INDEX
from astrodrum_live.units import db_to_gain, semitones_to_ratio

MakeOf = Callable[[list[Request], np.ndarray], list[Made]]

FINEST = 1000  # of a pitch's ratio: a cent is 1.0006


class Stopped(Exception):
    """The export was asked to end; nothing of it is left."""


def export_kit(
    order: Order,
    choice: Choice,
    out: Path,
    advance: Callable[[int], None],
    stopped: Callable[[], bool],
) -> dict[str, Any]:
    """Write ``out``, whole or not at all. ``choice``: of the order's patch. ``advance`` is told how
    many hits are done. Returns counts, and what of the patch the format cannot tell.

    Errors: ``ValueError`` (disk), ``ModelError``, ``RuntimeError`` (a pad makes only silence),
    ``Stopped``.
    """
    order = replace(order, patch=choice.patch)
    make, model = _maker(order, choice)
    files: dict[tuple[int, int | None], tuple[str, ...]] = {}
    rows: list[Row] = []
    with whole_folder(out) as folder:
        for turn, (pad, layer) in enumerate(order.layers()):
            own, frozen = order.patch.pads[pad], _frozen(order, choice, pad)
            paths = []
            for place, hit in enumerate(_hits(order, choice, make, pad, layer)):
                if stopped():
                    raise Stopped
                path = order.shape.path(order.patch, pad, layer, place)
                _write(order, folder / path, pad, hit)
                paths.append(path)
                rows.append(
                    row_of(
                        path,
                        own,
                        layer,
                        hit,
                        order.seed,
                        model,
                        order.generator,
                        frozen.made_for if frozen else None,
                    )
                )
                advance(turn * order.count + place + 1)
            files[pad, layer] = tuple(paths)
        untold = order.shape.finish(Kit(order.patch, order.rate, files), folder)
        (folder / FILE).write_text(csv_text(rows), encoding="utf-8")
    fewer = [
        order.patch.pads[pad].name
        for pad, n in files
        if len(files[pad, n]) < (1 if _frozen(order, choice, pad) else order.count)
    ]
    return {
        "files": len(rows),
        "model": model,
        "fewer": list(dict.fromkeys(fewer)),
        "untold": order.untold() + untold,
    }


def _maker(order: Order, choice: Choice) -> tuple[MakeOf, str]:
    if order.generator == "frozen":
        frozen = FrozenMaker(choice.sounds, order.rate, order.seed)
        return frozen.make, frozen.hash
    model = ModelMaker(choice.sounds, order.rate, order.seed, start_torch(order.generator))
    return model.make, model.hash


def _frozen(order: Order, choice: Choice, pad: int) -> FrozenHit | None:
    """The hit that a pad is frozen to, if this model made it."""
    frozen = order.patch.pads[pad].frozen
    return frozen if frozen and frozen.model == choice.hash else None


def _hits(order: Order, choice: Choice, make: MakeOf, pad: int, layer: int | None) -> Iterator[Hit]:
    """A pad's hits; of a frozen pad the one that it plays, for every layer."""
    values = np.array(choice.sounds.rows)
    frozen = _frozen(order, choice, pad)
    try:
        if frozen is None:
            yield from collect(lambda asked: make(asked, values), pad, layer, order.count, True)
            return
        for name, value in frozen.values.items():
            values[pad, PAD_INDEX[name]] = value
        (made,) = make([Request(pad, 0, frozen.made_for, seed=frozen.seed)], values)
        if made.audio is None:
            raise RuntimeError("the hit that it is frozen to needs the model: --generator cpu")
        yield Hit(made.audio, made.seed, 0)
    except RuntimeError as error:
        raise RuntimeError(f"pad '{order.patch.pads[pad].name}': {error}") from None


def _write(order: Order, path: Path, pad: int, hit: Hit) -> None:
    audio = hit.audio
    if order.shape.baked:
        values = order.patch.pads[pad].values
        audio = baked(audio, values["gain"] + order.patch.master["gain"], values["pitch"])
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode(audio, order.rate, order.bits, hit.seed))


def baked(audio: np.ndarray, gain_db: float, pitch_st: float) -> np.ndarray:
    """A hit (n,) as its pad plays it, but never with a peak above -0.5 dBFS."""
    ratio = Fraction(semitones_to_ratio(pitch_st)).limit_denominator(FINEST)
    pitched = resample(audio, ratio.numerator, ratio.denominator)
    peak = float(np.max(np.abs(pitched), initial=0.0))
    gain = min(db_to_gain(gain_db), db_to_gain(PEAK_LIMIT_DB) / max(peak, 1e-9))
    return pitched if gain == 1.0 else (pitched * np.float32(gain)).astype(np.float32)
