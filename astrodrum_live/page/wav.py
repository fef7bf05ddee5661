"""A hit as a WAV file of 24 bits."""

import io
import wave

import numpy as np

_FULL = 2**23 - 1


def wav_of(samples: bytes, rate: int) -> bytes:
    """``samples``: float32 little-endian, one channel, within -1 and 1."""
    whole = np.round(np.clip(np.frombuffer(samples, "<f4").astype(np.float64), -1, 1) * _FULL)
    four = whole.astype("<i4").view(np.uint8).reshape(-1, 4)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(3)
        out.setframerate(rate)
        out.writeframes(four[:, :3].tobytes())
    return file.getvalue()
