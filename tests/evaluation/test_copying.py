"""A copy has distance 0, also a shifted one; a drum's own strokes can be left out."""

import numpy as np
import pytest
from small_sets import RATE, hat, kick, waves

from astrodrum_live.evaluation.copying import nearest
from astrodrum_live.evaluation.features import clips, mel_shapes


@pytest.fixture(scope="module")
def known() -> np.ndarray:
    return clips(np.concatenate([waves(kick, 4), waves(hat, 4)]), RATE)


def test_a_copy_is_found_whatever_its_level(known: np.ndarray) -> None:
    far = nearest(clips(0.2 * known, RATE), mel_shapes(known))
    np.testing.assert_allclose(far, 0, atol=0.01)


def test_a_copy_moved_within_ten_milliseconds_is_found(known: np.ndarray) -> None:
    moved = np.pad(known, ((0, 0), (221, 0)))[:, : known.shape[1]]  # 5 ms
    other = nearest(clips(waves(kick, 4, first=50), RATE), mel_shapes(known))
    assert nearest(moved, mel_shapes(known))[:4].max() < 0.2 * other.min()
    gone = np.pad(known, ((0, 0), (1764, 0)))[:, : known.shape[1]]  # 40 ms
    assert nearest(gone, mel_shapes(known))[:4].min() > 2 * other.min()


def test_forbidden_pairs_do_not_count(known: np.ndarray) -> None:
    own = np.eye(len(known), dtype=bool)
    assert nearest(known, mel_shapes(known)).max() < 0.01
    assert nearest(known, mel_shapes(known), own)[4:].min() > 0.5  # no two hats are alike
