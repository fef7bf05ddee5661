"""An audio file of any rate, width and number of channels, as one channel."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.data.rejection import (
    ABSURD,
    CORRUPT,
    NOT_AUDIO,
    TOO_LONG,
    UNREADABLE,
    ZERO_BYTES,
    Unusable,
)
from astrodrum_live.training.folder import SUFFIXES

LOWEST_RATE, HIGHEST_RATE = 4000, 768_000  # Hz; beyond them a header is wrong
HIGHEST_PEAK = 2.0**31  # floats may hold what were whole numbers of 32 bits; no sound is beyond
MOST_SAMPLES = 2**26  # frames x channels held at once: 256 MB
CANCELS_DB = 1.5  # a mid this far below the stronger channel is not used, as in drums_v1


@dataclass(frozen=True)
class Recording:
    """``mono``: float64 (frames,) at ``rate``. ``clip_run``: the longest run of full-scale samples
    of one channel. ``used``: mid, left, right or ch3 and so on; mono where there is but one.
    """

    mono: np.ndarray
    rate: int
    channels: int
    bits: str
    used: str
    clip_run: int


def read_recording(path: Path, too_long_s: float) -> Recording:
    """Read a file whole, unless its header says that it is longer than ``too_long_s``.

    Errors: ``Unusable``.
    """
    import soundfile

    if path.suffix.lower() not in SUFFIXES:
        raise Unusable(NOT_AUDIO, path.suffix.lower() or "no suffix")
    try:
        if path.stat().st_size == 0:
            raise Unusable(ZERO_BYTES)
        with path.open("rb") as opened, soundfile.SoundFile(opened) as sound:
            rate, channels, frames = sound.samplerate, sound.channels, sound.frames
            if not LOWEST_RATE <= rate <= HIGHEST_RATE:
                raise Unusable(CORRUPT, f"a rate of {rate} Hz")
            if frames > too_long_s * rate or frames * channels > MOST_SAMPLES:
                raise Unusable(TOO_LONG, f"{frames / rate:.0f} s")
            wave = sound.read(dtype="float32", always_2d=True)
            bits = str(sound.subtype)
    except OSError as error:
        raise Unusable(UNREADABLE, error.strerror or str(error)) from None
    except RuntimeError as error:  # soundfile's own
        known = "not recognised" not in str(error)
        raise Unusable(CORRUPT if known else NOT_AUDIO, str(error).split(": ", 1)[-1]) from None
    if not np.isfinite(wave).all():
        raise Unusable(CORRUPT, "holds what is no number")
    if (peak := float(np.abs(wave).max(initial=0.0))) > HIGHEST_PEAK:
        raise Unusable(ABSURD, f"a peak of {peak:.3g}, where 1 is full scale")
    mono, used = one_channel(wave.astype(np.float64))
    return Recording(mono, rate, channels, bits, used, clip_run(wave))


def one_channel(wave: np.ndarray) -> tuple[np.ndarray, str]:
    """The mid (frames,) of (frames, channels) and its name, or the strongest channel where the
    mid has lost more than 1.5 dB against it: the channels cancel, or one is silent.
    """
    if wave.shape[1] == 1:
        return wave[:, 0], "mono"
    mid = wave.mean(axis=1)
    energy = (wave**2).sum(axis=0)
    if (mid**2).sum() >= energy.max() * 10 ** (-CANCELS_DB / 10):
        return mid, "mid"
    strongest = int(energy.argmax())
    name = ("left", "right")[strongest] if wave.shape[1] == 2 else f"ch{strongest + 1}"
    return wave[:, strongest], name


def clip_run(wave: np.ndarray) -> int:
    """The longest run of samples of one channel that stay at its full-scale extreme.

    Full scale is 0.99 and above; at the extreme means within 0.01 % of the channel's largest.
    """
    longest = 0
    for channel in wave.T:
        for sign in (1, -1):
            top = (sign * channel).max(initial=0.0)
            if top < 0.99:
                continue
            at = np.flatnonzero(np.diff(np.r_[False, sign * channel >= top * 0.9999, False]))
            longest = max(longest, int((at[1::2] - at[::2]).max()))
    return longest
