"""The nearest known hit tells kicks from hats, whatever their level."""

import numpy as np
from tiny_runs import RATE, hat, kick

from astrodrum_live.training.nearest import BANDS, FRAMES, NearestHit, features


def waves(make: object, seeds: range) -> np.ndarray:
    return np.stack([np.pad(make(seed), (0, 16384))[:16384] for seed in seeds]).astype(np.float32)


def test_features_do_not_hear_level() -> None:
    hits = waves(kick, range(2))
    found = features(hits, RATE)
    assert found.shape == (2, BANDS * FRAMES)
    np.testing.assert_allclose(features(0.1 * hits, RATE), found, atol=0.05)


def test_nearest_hit_tells_kicks_from_hats() -> None:
    known = np.concatenate([waves(kick, range(4)), waves(hat, range(4))])
    nearest = NearestHit.fit(known, np.repeat([0, 1], 4), RATE)
    unseen = np.concatenate([waves(kick, range(10, 14)), waves(hat, range(10, 14))])
    np.testing.assert_array_equal(nearest.classify(unseen), np.repeat([0, 1], 4))
    assert nearest.distances(known).argmin(axis=1).tolist() == list(range(8))
