"""Samples of one's own: read, and refused in words where they are no hits."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from astrodrum_live.model.config import ModelConfig

LONGEST_S = 30.0

_WHY = {
    "silent": "is silent (its peak is under -60 dBFS); record it louder",
    "too short": "is shorter than 10 ms; that is a click, not a hit",
    "not finite": "holds values that are not numbers; export it again",
}


def read_sample(path: Path, config: "ModelConfig") -> "np.ndarray":
    """The hit in an audio file as training hears hits, float32 (slice_len,).

    Errors: ``ValueError`` naming the file, what is wrong, and the remedy.
    """
    import soundfile

    from astrodrum_live.training.encoding import as_trained

    if path.is_dir():
        raise ValueError(f"{path} is a folder; give the audio files themselves")
    if not path.exists():
        raise ValueError(f"{path}: no such file; check its name")
    if not path.is_file():  # a pipe would be waited for
        raise ValueError(f"{path} is not a file of audio")
    try:
        info = soundfile.info(path)
        if info.frames > LONGEST_S * info.samplerate:
            seconds = info.frames / info.samplerate
            raise ValueError(
                f"{path} lasts {seconds:.0f} s; a sample of one hit lasts at most {LONGEST_S:.0f}:"
                " cut it out"
            )
        wave, rate = soundfile.read(path, dtype="float64")
    except (OSError, RuntimeError) as error:
        raise ValueError(
            f"{path} cannot be read as audio ({_reason(error)}); give a WAV, FLAC or AIFF file"
        ) from None
    hit = as_trained(wave, rate, config)
    if isinstance(hit, str):
        raise ValueError(f"{path} {_WHY[hit]}")
    return hit


def _reason(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).strip(" .") or type(error).__name__
