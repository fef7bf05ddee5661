"""``kit.csv``: where every sample of an export comes from, so that it can be made again.

``astrodrum hits PATCH --pad PAD --velocity MADE_FOR --seed SEED --count NUMBER+1`` makes it its
last file (without ``--velocity`` where there is no layer). A frozen hit was made in another
session: only ``latent_seed`` and ``model`` name it.
"""

import csv
import io
from typing import NamedTuple

from astrodrum_live.control.patch import PadPatch
from astrodrum_live.export.collection import Hit, made_for

FILE = "kit.csv"


class Row(NamedTuple):
    """A sample. ``number``: of its pad's layer, from 0. ``seed``: the session's. ``latent_seed``:
    the hit's own, 16 hex digits. ``gain_db``, ``pan``, ``pitch_st``: the pad's rows, which are in
    the samples of ``dirt`` (but for the pan), and in no others'."""

    file: str
    pad: str
    made_for: float | None
    number: int | None
    seed: int | None
    latent_seed: str
    model: str
    generator: str
    gain_db: float
    pan: float
    pitch_st: float


def row_of(
    file: str, pad: PadPatch, layer: int | None, hit: Hit, seed: int, model: str, generator: str,
    frozen_for: float | None = None,
) -> Row:  # fmt: skip
    """What is known of a sample. ``frozen_for``: the velocity that the one hit was made for which
    a frozen pad plays."""
    known = generator != "frozen" and frozen_for is None
    return Row(
        file,
        pad.name,
        made_for(layer) if known else frozen_for,
        hit.number if known else None,
        seed if known else None,
        f"{hit.seed:016x}",
        model,
        generator,
        pad.values["gain"],
        pad.values["pan"],
        pad.values["pitch"],
    )


def csv_text(rows: list[Row]) -> str:
    """The file."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(Row._fields)
    lines.writerows(rows)
    return text.getvalue()
