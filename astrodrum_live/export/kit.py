"""What an export writes about: a patch, and where its samples lie."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from astrodrum_live.control.patch import Patch
from astrodrum_live.export.collection import made_for


@dataclass(frozen=True, slots=True)
class Kit:
    """``files``: for each pad and layer (None: for no layer) its samples, in order, as paths within
    the kit's folder with forward slashes. Pads that are not exported have none. ``rate``: Hz."""

    patch: Patch
    rate: int
    files: Mapping[tuple[int, int | None], tuple[str, ...]]

    @property
    def pads(self) -> list[int]:
        """The exported pads, in the patch's order."""
        return sorted({pad for pad, _ in self.files})

    @property
    def name(self) -> str:
        """The kit's name, fit for a file's."""
        return file_name(self.patch)

    def gain_db(self, pad: int) -> float:
        """The pad's level and the kit's."""
        return self.patch.pads[pad].values["gain"] + self.patch.master["gain"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    ``layered``: it has layers of velocity. ``most``: hits to a layer that its readers play.
    ``carries``: the rows of a pad that it can say. ``within``: the folder of the samples in the
    kit's, given the kit's name and the pad's. ``baked``: pitch and gain go into the samples.
    ``finish``: writes what makes the samples a kit, into a folder; the words that come back say
    what of the patch it could not tell.
    """

    layered: bool
    most: int
    carries: frozenset[str]
    within: Callable[[str, str], str]
    finish: Callable[[Kit, Path], list[str]]
    baked: bool = False

    def path(self, patch: Patch, pad: int, layer: int | None, place: int) -> str:
        """Where a sample lies in the kit's folder; names sort as they are counted, from 0."""
        name = patch.pads[pad].name
        level = [] if layer is None else [layer_name(layer)]
        file = "_".join([name, *level, f"{place:04d}.wav"])
        return f"{self.within(file_name(patch), name)}/{file}"


def layer_name(layer: int) -> str:
    """``v30``: for strokes of about 0.30. Sorted, the softest comes first."""
    return f"v{round(100 * made_for(layer)):02d}"


def file_name(patch: Patch) -> str:
    """The kit's name, of letters, digits, ``.``, ``_`` and ``-`` only."""
    return re.sub(r"[^\w.-]+", "_", patch.kit, flags=re.ASCII).strip("._") or "kit"
