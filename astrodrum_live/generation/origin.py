"""What a hit was made from: enough to make it again, and to know that it is the same."""

import zlib
from dataclasses import dataclass

import numpy as np

from astrodrum_live.rt.layout import ORIGIN

MAKERS = ("unknown", "first", "frozen", "model")  # "first": frozen hits of before the model is up


@dataclass(frozen=True)
class Source:
    """One hit: ``maker`` of ``MAKERS``, the number of its kit, its pad, seed, velocity and the
    pad's values ``row`` (rows,); ``rate``: of its samples, Hz; ``check``: their CRC-32."""

    maker: str
    kit: int
    pad: int
    seed: int
    made_for: float
    row: np.ndarray
    rate: float
    check: int


def origin_of(
    maker: str, kit: int, seed: int, made_for: float, row: np.ndarray, audio: np.ndarray
) -> np.ndarray:
    """One ``ORIGIN`` record in an array: ``audio`` (n,) was made by one of ``MAKERS`` for the kit
    of this number, from the pad's values ``row``, for a stroke of velocity ``made_for``."""
    origin = np.zeros(1, ORIGIN)
    origin["maker"], origin["kit"], origin["seed"] = MAKERS.index(maker), kit, seed
    origin["made_for"], origin["row"], origin["check"] = made_for, row, checksum(audio)
    return origin


def checksum(audio: np.ndarray) -> int:
    """CRC-32 of the samples as float32."""
    return zlib.crc32(np.ascontiguousarray(audio, np.float32).data)
