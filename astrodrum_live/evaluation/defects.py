"""What no drum hit should have: an offset, clipping, a smeared onset, a cut tail, silence."""

import numpy as np

from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.evaluation.measures import DEFECTS
from astrodrum_live.evaluation.scores import Scores
from astrodrum_live.model.edges import ONSET_DB

LOW_DB = -120.0
ATTACK_DB = -20.0  # under the peak: well inside the attack
BEFORE_S = 0.001
TAIL_S = 0.010
SILENT_DB = -60.0


def defects(waves: np.ndarray, rate: int) -> dict[str, float]:
    """Defects of raw hits (n, frames) at ``rate``.

    ``dc_dbfs``: the largest |mean| of a hit. ``clipped``: share with a sample at or beyond full
    scale. ``onset_ms``, ``onset_sd_ms``: mean and deviation of the first frame within 34 dB of the
    peak. ``pre_onset_db``: energy up to 1 ms before the first frame within 20 dB of the peak, over
    all of the hit's; 95th percentile. ``tail_dbfs``: level of the last 10 ms, 95th percentile.
    ``silent``: share with a peak under -60 dBFS. ``not_finite``: share with NaN or infinity. All
    but the last two are of the hits that are neither; NaN where there are none.
    """
    finite = np.isfinite(waves).all(axis=1)
    peak = np.abs(np.where(finite[:, None], waves, 0)).max(axis=1)
    silent = finite & (peak < 10 ** (SILENT_DB / 20))
    found = {"silent": float(silent.mean()), "not_finite": float((~finite).mean())}
    sound, peak = waves[finite & ~silent].astype(np.float64), peak[finite & ~silent, None]
    if not len(sound):
        names = ("dc_dbfs", "clipped", "onset_ms", "onset_sd_ms", "pre_onset_db", "tail_dbfs")
        return dict.fromkeys(names, float("nan")) | found
    level = np.abs(sound)
    onset = (level >= peak * 10 ** (ONSET_DB / 20)).argmax(axis=1) / rate * 1000
    attack = (level >= peak * 10 ** (ATTACK_DB / 20)).argmax(axis=1)
    frame = np.arange(sound.shape[1])[None]
    before = np.where(frame < attack[:, None] - int(BEFORE_S * rate), sound**2, 0).sum(axis=1)
    tail = np.sqrt((sound[:, -int(TAIL_S * rate) :] ** 2).mean(axis=1))
    return {
        "dc_dbfs": float(_decibels(np.abs(sound.mean(axis=1)).max())),
        "clipped": float((peak >= 1.0).mean()),
        "onset_ms": float(onset.mean()),
        "onset_sd_ms": float(onset.std()),
        "pre_onset_db": float(
            np.percentile(_decibels(np.sqrt(before / (sound**2).sum(axis=1))), 95)
        ),
        "tail_dbfs": float(np.percentile(_decibels(tail), 95)),
    } | found


def _decibels(amplitude: np.ndarray) -> np.ndarray:
    return np.maximum(20 * np.log10(np.maximum(amplitude, 1e-12)), LOW_DB)


def measure_defects(comparison: Comparison, scores: Scores) -> None:
    """Put the defects of all generated hits; beside them, as ``iid``, those of training hits."""
    found = defects(comparison.waves, comparison.rate)
    real: dict[str, float] = {}
    hits = comparison.reference.hits
    if comparison.draws.counts:
        real = defects(hits.waves(comparison.draws.draws[0].real), hits.sample_rate)
    for measure in DEFECTS:
        scores.put(measure.name, found[measure.name], real.get(measure.name))
