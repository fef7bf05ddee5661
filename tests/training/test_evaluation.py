"""Scores that can be checked by hand, and the prior fitted to what was encoded."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import RATE, hat, kick, tiny_recipe

from astrodrum_live.training.data import HitSet
from astrodrum_live.training.evaluate import (
    BANDS,
    FRAMES,
    NearestHit,
    class_scores,
    defects,
    features,
    leave_one_drum_out,
)
from astrodrum_live.training.sheet import draw_sheet
from astrodrum_live.training.train import Trainer


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


def test_a_drum_is_not_judged_by_its_own_strokes() -> None:
    hits = np.concatenate([waves(kick, range(4)), waves(hat, range(2))])
    label = np.array([0, 0, 1, 1, 2, 2])  # kicks of drum b are called another class
    right = leave_one_drum_out(hits, label, ("a", "a", "b", "b", "c", "d"), RATE)
    assert right.tolist() == [False] * 4 + [True] * 2


def test_the_mean_score_is_the_mean_over_classes() -> None:
    scores = class_scores(np.array([True, True, True, False]), np.array([0, 0, 1, 1]), ("a", "b"))
    assert scores == {"a": 1.0, "b": 0.5, "mean": 0.75}


def test_defects_are_found() -> None:
    good = waves(kick, range(3))
    assert defects(good, RATE)["not_finite"] == 0
    assert defects(good, RATE)["onset_ms"] < 2
    assert defects(good + 0.2, RATE)["dc"] > 0.1
    late = np.pad(good, ((0, 0), (4410, 0)))[:, :16384]
    assert defects(late, RATE)["onset_ms"] > 99
    assert defects(np.concatenate([good, 0.001 * good]), RATE)["silent"] == pytest.approx(0.5)
    assert defects(np.concatenate([good, np.full((1, 16384), np.nan)]), RATE)["not_finite"] == 1


def test_the_sheet_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    pair = [waves(kick, range(2)), waves(hat, range(2))]
    draw_sheet(path, pair, pair, ("kick", "hat"), RATE)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_fitted_prior_covers_its_classes(hits: HitSet, tmp_path: Path) -> None:
    torch.manual_seed(0)
    trainer = Trainer(hits, tiny_recipe("live"), tmp_path)
    prior, again = trainer.prior(), trainer.prior()
    np.testing.assert_array_equal(prior.means, again.means)
    assert set(prior.label.tolist()) == {0, 1}
    for label in (0, 1):
        assert prior.chances[prior.label == label].sum() == pytest.approx(1, abs=1e-5)
    assert (prior.low < prior.means.min(axis=0)).all()
    assert (prior.high > prior.means.max(axis=0)).all()
    assert (prior.within > 0).all()
    assert (prior.scales > 0).all()
