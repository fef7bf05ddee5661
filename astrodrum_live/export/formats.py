"""The formats, by the names they are asked for."""

from astrodrum_live.export import dirt, hydrogen, sfz, wav
from astrodrum_live.export.kit import Format

FORMATS: dict[str, Format] = {
    "wav": wav.FORMAT,
    "sfz": sfz.FORMAT,
    "hydrogen": hydrogen.FORMAT,
    "dirt": dirt.FORMAT,
}
