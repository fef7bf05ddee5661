"""The prior fitted to what was encoded."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.train import Trainer


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
