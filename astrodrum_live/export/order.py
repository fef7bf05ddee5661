"""What an export is asked for, checked before anything heavy is loaded."""

from dataclasses import dataclass

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.patch import Patch
from astrodrum_live.export.formats import FORMATS
from astrodrum_live.export.kit import Format
from astrodrum_live.export.strokes import layer_ranges
from astrodrum_live.params import PAD_PARAMS, nearest

GENERATORS = ("cpu", "frozen")  # a GPU's last bits are not everybody's
BITS = (16, 24)


@dataclass(frozen=True, slots=True)
class Order:
    """``count`` hits for every layer of ``pads`` (all, if none is named). ``seed`` and ``rate`` as
    for ``astrodrum hits``. Errors: ``ValueError`` naming the option and what it can be."""

    patch: Patch
    format: str
    count: int
    seed: int = 0
    bits: int = 24
    rate: int = 48000
    pads: tuple[str, ...] = ()
    generator: str = "cpu"

    def __post_init__(self) -> None:
        check_format(self.format, self.count)
        if self.bits not in BITS:
            raise ValueError(f"--bits is {self.bits}; samples have 16 or 24")
        if self.generator not in GENERATORS:
            close = nearest(self.generator, list(GENERATORS))
            raise ValueError(f"no generator '{self.generator}'{close} for files; cpu or frozen")
        EngineConfig(rate=self.rate)
        names = self.patch.pad_names()
        for name in self.pads:
            if name not in names:
                hint = f"{nearest(name, names)}; it has {', '.join(names)}"
                raise ValueError(f"'{self.patch.kit}' has no pad '{name}'{hint}")
        _must_be_folders(self.pads or tuple(names))

    @property
    def shape(self) -> Format:
        """The format itself."""
        return FORMATS[self.format]

    def layers(self) -> list[tuple[int, int | None]]:
        """Each pad's index with each layer that a MIDI velocity reaches, or with None if the format
        has none; in the patch's order, soft to hard."""
        return [
            (index, layer)
            for index, pad in enumerate(self.patch.pads)
            if not self.pads or pad.name in self.pads
            for layer in (sorted(layer_ranges(pad.values)) if self.shape.layered else [None])
        ]

    def untold(self) -> list[str]:
        """Rows off their defaults that the format has no words for, and whose they are. The limiter
        is no part of a kit."""
        lines = []
        for row in PAD_PARAMS:
            if row.stage != "hit" and row.name not in self.shape.carries:
                pads = [
                    self.patch.pads[pad].name
                    for pad in sorted({pad for pad, _ in self.layers()})
                    if self.patch.pads[pad].values[row.name] != row.default
                ]
                lines += [f"{row.key} of {', '.join(pads)}"] if pads else []
        return lines


def check_format(name: str, count: int) -> None:
    """Errors: ``ValueError`` for a format that is not there, or more hits than it plays."""
    if name not in FORMATS:
        close = nearest(name, list(FORMATS))
        raise ValueError(f"no format '{name}'{close}; there are: {', '.join(FORMATS)}")
    most = FORMATS[name].most
    if not 1 <= count <= most:
        raise ValueError(f"--count is {count}; {name} takes 1 to {most} hits for a layer")


def _must_be_folders(names: tuple[str, ...]) -> None:
    taken: dict[str, str] = {}
    for name in names:
        other = taken.setdefault(name.lower(), name)
        if other != name:
            raise ValueError(
                f"pads '{other}' and '{name}' would share files where a disk takes small letters "
                "for capital ones; rename one in the patch"
            )
