"""The way from one kit to another: which pads go together, and what their rows are on the way."""

from dataclasses import dataclass, replace

import numpy as np

from astrodrum_live.control.patch import PadPatch, Patch
from astrodrum_live.generation.sounds import NEARER, End
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS, Param

SHARE = PAD_INDEX["kit_morph"]
STAYS = [PAD_INDEX[name] for name in ("kit_morph", "kit_follow", "wander")]
"""Rows that say where a pad is on its way, and so do not go along it."""
_ALONG = [(i, row) for i, row in enumerate(PAD_PARAMS) if i not in STAYS]
# Names of places and groups have no middle; nor have rows whose "off" lies at the wrong end.
_NO_MIDDLE = ("seed", "morph_to", "cut", "orbit", "round_robin", "crush", "fit", "fixed", "bandf")


@dataclass(frozen=True, eq=False)
class KitWay:
    """From a kit to the kit ``far``. ``rows``: pad -> its values there and here, (2, rows).
    ``ends``: for each pad where it stands in both, as ``Sounds`` has them. ``note``: in words which
    pads have nothing to go to, or empty."""

    far: str
    rows: dict[int, np.ndarray]
    ends: tuple[tuple[End, ...], ...]
    note: str


NO_WAY = KitWay("", {}, (), "")


def way_between(
    near: Patch,
    far: Patch,
    near_latents: tuple[tuple[float, ...], ...],
    far_latents: tuple[tuple[float, ...], ...],
) -> KitWay:
    """Both patches with the numbers of one model's classes, and their pads' own latents."""
    pairs = pairs_of(near, far)
    rows: dict[int, np.ndarray] = {}
    ends: list[tuple[End, ...]] = []
    for index, pad in enumerate(near.pads):
        other = pairs.get(index)
        if other is None:
            ends.append(())
            continue
        there = far.pads[other]
        rows[index] = np.array([_row(pad), _row(there)])
        ends.append((_end(pad, near_latents[index]), _end(there, far_latents[other])))
    return KitWay(far.kit, rows, tuple(ends), _note(near, far, pairs))


def pairs_of(near: Patch, far: Patch) -> dict[int, int]:
    """Which pad of ``far`` each pad of ``near`` becomes: the one of its name, else the first of its
    class (an electronic one's counts as its model's) that no other pad becomes."""
    pairs: dict[int, int] = {}
    for same in (_name, _class, _kind):
        for index, pad in enumerate(near.pads):
            free = [i for i in range(len(far.pads)) if i not in pairs.values()]
            fits = [i for i in free if same(far.pads[i]) == same(pad)]
            if index not in pairs and fits:
                pairs[index] = fits[0]
    return pairs


def started(patch: Patch, way: KitWay) -> Patch:
    """``patch`` as its own fader, or a pad's key ``kit_morph``, leaves it on its way."""
    fader = patch.master["kit_morph"]
    pads = list(patch.pads)
    for index, rows in way.rows.items():
        values = dict(pads[index].values)
        if values["kit_morph"] == 0.0 and values["kit_follow"]:
            values["kit_morph"] = fader
        row = on_the_way(rows, values["kit_morph"])
        along = {param.name: float(row[i]) for i, param in _ALONG}
        pads[index] = replace(pads[index], values={**values, **along})
    return replace(patch, pads=tuple(pads))


def on_the_way(rows: np.ndarray, share: float) -> np.ndarray:
    """The values (rows,) at ``share`` 0..1 of the way between ``rows`` (2, rows): the ends exactly,
    in between along each row's warp. What has no middle changes half way."""
    row = rows[int(share >= NEARER)].copy()
    row[SHARE] = share
    if not 0.0 < share < 1.0:
        return row
    for i in np.flatnonzero(rows[0] != rows[1]).tolist():  # few: a fader moves 50 times a second
        param, start, end = PAD_PARAMS[i], float(rows[0, i]), float(rows[1, i])
        if i not in STAYS and _has_middle(param, start, end):
            row[i] = param.between(start, end, share)
    return row


def _has_middle(param: Param, start: float, end: float) -> bool:
    turns = param.name == "speed" and start * end <= 0.0  # in between it would stand still
    return param.name not in _NO_MIDDLE and not turns


def _row(pad: PadPatch) -> np.ndarray:
    return np.array([pad.values[param.name] for param in PAD_PARAMS])


def _end(pad: PadPatch, latent: tuple[float, ...]) -> End:
    values = pad.values
    return End(pad.classes, latent, values["seed"], values["morph"], values["morph_to"])


def _name(pad: PadPatch) -> str:
    return pad.name.lower().replace("-", "_")


def _class(pad: PadPatch) -> str:
    return pad.main_class


def _kind(pad: PadPatch) -> str:
    return pad.main_class.removeprefix("e_")


def _note(near: Patch, far: Patch, pairs: dict[int, int]) -> str:
    alone = [pad.name for index, pad in enumerate(near.pads) if index not in pairs]
    unmet = [pad.name for index, pad in enumerate(far.pads) if index not in pairs.values()]
    told = [f"nothing there for {', '.join(alone)}, which it leaves alone"] if alone else []
    told += [f"no pad becomes {', '.join(unmet)} of '{far.kit}'"] if unmet else []
    return f"on the way to '{far.kit}': {'; '.join(told)}" if told else ""
