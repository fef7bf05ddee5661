"""A kit's hits made, written, and turned into a kit of another instrument's."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.export.audio_file import encode
from astrodrum_live.export.collection import Hit, Make, collect
from astrodrum_live.export.folder import whole_folder
from astrodrum_live.export.kit import Kit
from astrodrum_live.export.order import Order
from astrodrum_live.export.provenance import FILE, Row, csv_text, row_of
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.loudness import PEAK_LIMIT_DB
from astrodrum_live.generation.makers import FrozenMaker, ModelMaker
from astrodrum_live.generation.postprocess import resample
from astrodrum_live.live.model_choice import Choice
from astrodrum_live.units import db_to_gain, semitones_to_ratio

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
    make, model = _maker(order, choice)
    files: dict[tuple[int, int | None], tuple[str, ...]] = {}
    rows: list[Row] = []
    with whole_folder(out) as folder:
        for turn, (pad, layer) in enumerate(order.layers()):
            own = order.patch.pads[pad]
            paths = []
            for place, hit in enumerate(_hits(order, make, pad, layer)):
                if stopped():
                    raise Stopped
                path = order.shape.path(order.patch, pad, layer, place)
                _write(order, folder / path, pad, hit)
                paths.append(path)
                rows.append(row_of(path, own, layer, hit, order.seed, model, order.generator))
                advance(turn * order.count + place + 1)
            files[pad, layer] = tuple(paths)
        untold = order.shape.finish(Kit(order.patch, order.rate, files), folder)
        (folder / FILE).write_text(csv_text(rows), encoding="utf-8")
    fewer = [order.patch.pads[pad].name for pad, n in files if len(files[pad, n]) < order.count]
    return {
        "files": len(rows),
        "model": model,
        "fewer": list(dict.fromkeys(fewer)),
        "untold": order.untold() + untold,
    }


def _maker(order: Order, choice: Choice) -> tuple[Make, str]:
    values = np.array(choice.sounds.rows)
    if order.generator == "frozen":
        frozen = FrozenMaker(choice.sounds, order.rate, order.seed)
        return lambda requests: frozen.make(requests, values), frozen.hash
    model = ModelMaker(choice.sounds, order.rate, order.seed, start_torch(order.generator))
    return lambda requests: model.make(requests, values), model.hash


def _hits(order: Order, make: Make, pad: int, layer: int | None) -> Iterator[Hit]:
    try:
        yield from collect(make, pad, layer, order.count, distinct=True)
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
