"""New hits from two: the attack of one goes over into the body of another."""

from collections.abc import Iterator, Sequence

import numpy as np

from astrodrum_live.data.stroke import RATE, fade_out

EARLIEST_S, LATEST_S = 0.006, 0.040  # where the attack ends
SEARCH_S = 0.015  # how far off a crossing may be
CROSSFADE_S = 0.004
MOST_GAIN_DB = 12.0  # bodies further apart in level are not matched further
WINDOW_S = 0.010  # in which levels are compared


def splice(attack: np.ndarray, body: np.ndarray, at_s: float) -> np.ndarray | None:
    """``attack`` until its rising zero crossing nearest to ``at_s``, then ``body`` from its own.

    All int16 (frames,) at 44.1 kHz. The body is given the attack's level about that place; the
    two cross over in 4 ms of equal gain, both rising through zero in its middle. No longer than
    the longer of the two. None where one of them has no crossing within 15 ms.
    """
    first, second = _crossing(attack, at_s), _crossing(body, at_s)
    half = round(CROSSFADE_S * RATE / 2)
    if first is None or second is None or min(first, second) < half:
        return None
    if len(attack) < first + half or len(body) < second + half:
        return None
    gain = _level(attack, first) / max(_level(body, second), 1.0)
    limit = 10 ** (MOST_GAIN_DB / 20)
    tail = body[second - half :] * np.clip(gain, 1 / limit, limit)
    rise = (np.arange(2 * half) + 0.5) / (2 * half)
    tail[: 2 * half] *= rise
    tail[: 2 * half] += attack[first - half : first + half] * (1 - rise)
    whole = np.concatenate([attack[: first - half].astype(np.float64), tail])
    if len(whole) > max(len(attack), len(body)):
        whole = whole[: max(len(attack), len(body))]
        fade_out(whole)
    return np.round(whole * min(1.0, 32767 / np.abs(whole).max())).astype(np.int16)


def pairs(drums: Sequence[str], count: int, seed: int) -> Iterator[tuple[int, int, float]]:
    """``count`` times an attack, a body of another drum, and the seconds where they meet.

    Drums are drawn alike, then a hit of each. None with fewer than two drums.
    """
    names = sorted(set(drums))
    if len(names) < 2:
        return
    hits = {name: [i for i, drum in enumerate(drums) if drum == name] for name in names}
    random = np.random.default_rng(seed)
    for _ in range(count):
        chosen = random.choice(len(names), 2, replace=False)
        attack, body = (int(random.choice(hits[names[i]])) for i in chosen)
        yield attack, body, float(random.uniform(EARLIEST_S, LATEST_S))


def _crossing(wave: np.ndarray, at_s: float) -> int | None:
    """The frame that begins a rise through zero nearest to ``at_s``."""
    middle, reach = round(at_s * RATE), round(SEARCH_S * RATE)
    low = max(1, middle - reach)
    part = wave[low - 1 : middle + reach]
    rises = np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0)) + low
    return int(rises[np.abs(rises - middle).argmin()]) if len(rises) else None


def _level(wave: np.ndarray, at: int) -> float:
    half = round(WINDOW_S * RATE / 2)
    return float(np.sqrt((wave[max(0, at - half) : at + half].astype(np.float64) ** 2).mean()))
