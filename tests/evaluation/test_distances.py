"""Distances between sets of points whose answers are known."""

import numpy as np
import pytest

from astrodrum_live.evaluation.bins import different_bins, make_bins
from astrodrum_live.evaluation.diversity import mean_distance
from astrodrum_live.evaluation.frechet import frechet_distance, frechet_infinite
from astrodrum_live.evaluation.kernel import kernel_distance
from astrodrum_live.evaluation.neighbours import manifold, two_sample


def normal(count: int, seed: int, dims: int = 6) -> np.ndarray:
    return np.random.RandomState(seed).randn(count, dims)


def exact(count: int, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Points whose sample mean and covariance are exactly these."""
    points = normal(count, 0, len(mean))
    points -= points.mean(axis=0)
    points = points @ np.linalg.inv(np.linalg.cholesky(np.cov(points, rowvar=False))).T
    return mean + points @ np.linalg.cholesky(covariance).T


def test_the_frechet_distance_of_gaussians_is_the_closed_form() -> None:
    a, b = np.diag([1.0, 4.0, 9.0]), np.diag([4.0, 4.0, 1.0])  # they commute: roots subtract
    expected = 3**2 + (1 - 2) ** 2 + 0 + (3 - 1) ** 2
    x, y = exact(50, np.zeros(3), a), exact(60, np.array([3.0, 0, 0]), b)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-9)
    turn = np.linalg.qr(normal(3, 5, 3))[0]
    assert frechet_distance(x @ turn, y @ turn) == pytest.approx(expected, rel=1e-9)


def test_the_frechet_distance_stands_fewer_points_than_dimensions() -> None:
    few = normal(4, 0, 10)
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(few, few + 1) == pytest.approx(10, rel=1e-6)


@pytest.mark.parametrize(("shift", "scale", "expected"), [(0.0, 1.0, 0.0), (0.5, 2.0, 16 * 1.25)])
def test_the_extrapolated_frechet_distance_is_that_of_the_distributions(
    shift: float, scale: float, expected: float
) -> None:
    pairs = [
        (normal(600, 2 * i, 16), shift + scale * normal(600, 2 * i + 1, 16)) for i in range(24)
    ]
    plain = np.mean([frechet_distance(*pair) for pair in pairs]) - expected
    found = np.array([frechet_infinite(*pair) for pair in pairs]) - expected
    assert plain > 0.2  # what sets of 600 read above the truth
    assert abs(found.mean()) < plain / 4


def test_sets_too_small_to_divide_have_no_extrapolated_distance() -> None:
    assert frechet_infinite(normal(255, 0, 32), normal(255, 1, 32)) is None
    assert frechet_infinite(normal(256, 0, 32), normal(256, 1, 32)) is not None


def test_the_kernel_distance_is_unbiased() -> None:
    same = [kernel_distance(normal(50, 2 * i), normal(50, 2 * i + 1)) for i in range(60)]
    error = np.std(same) / np.sqrt(len(same))
    assert abs(np.mean(same)) < 3 * error
    classes = np.repeat(np.eye(6) * 9, 5, axis=0)  # sets drawn class by class, rows aligned
    drawn = [
        kernel_distance(classes + normal(30, 2 * i), classes + normal(30, 2 * i + 1))
        for i in range(60)
    ]
    assert abs(np.mean(drawn)) < 3 * np.std(drawn) / np.sqrt(len(drawn))
    assert kernel_distance(normal(50, 0), normal(50, 1) + 1) > np.mean(same) + 5 * np.std(same)


def test_density_and_coverage_reach_their_floors_for_one_distribution() -> None:
    found = manifold(normal(800, 0), normal(800, 1))
    assert found["density"] == pytest.approx(1, abs=0.08)
    assert found["coverage"] == pytest.approx(1 - 2**-5, abs=0.02)
    assert 0.6 < found["precision"] < 1
    assert 0.6 < found["recall"] < 1


def test_half_of_the_modes_cover_half() -> None:
    far = np.array([20.0, 0, 0, 0, 0, 0])
    real = np.concatenate([normal(200, 0), normal(200, 1) + far])
    found = manifold(real, normal(400, 2))
    assert found["coverage"] == pytest.approx(0.5, abs=0.02)
    assert found["precision"] > 0.8
    assert found["recall"] < 0.5


def test_neighbours_of_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 5"):
        manifold(normal(5, 0), normal(9, 0))


def test_the_two_sample_test_is_one_half_for_one_distribution_and_one_for_two() -> None:
    assert two_sample(normal(500, 0), normal(500, 1)) == pytest.approx(0.5, abs=0.05)
    assert two_sample(normal(100, 0), normal(100, 1) + 9) == 1


def test_few_bins_differ_for_one_distribution_and_many_for_two() -> None:
    centres = make_bins(normal(2000, 0), 400, seed=0)
    assert len(centres) == 50
    assert different_bins(centres, normal(400, 1), normal(400, 2)) <= 0.14
    assert different_bins(centres, normal(400, 1), normal(400, 2) + 1) > 0.5


def test_a_bin_left_empty_is_found() -> None:
    places = np.repeat(np.eye(4) * 10, 25, axis=0)
    centres = np.eye(4) * 10
    assert different_bins(centres, places, places) == 0
    moved = np.where(np.arange(100)[:, None] < 25, places[::-1], places)
    assert different_bins(centres, places, moved) == 0.5


def test_the_spread_is_the_mean_distance_of_pairs() -> None:
    assert mean_distance(np.array([[0.0, 0], [3, 4], [0, 0]])) == pytest.approx(10 / 3)
    assert np.isnan(mean_distance(np.zeros((1, 2))))
