"""The search for knobs, on models whose descriptors are known functions of the latent."""

from types import SimpleNamespace

import numpy as np
import pytest

from astrodrum_live.model.knobs import KNOBS
from astrodrum_live.model.latents import NormalPrior
from astrodrum_live.training.directions import Cloud, gradient, take_apart
from astrodrum_live.training.knobs import Search, find_knobs
from astrodrum_live.training.sweeps import POINTS, calibrate, cross_talk, grade, spearman

DIM = 8
SEARCH = Search(hits=80, sweeps=8, seed=3)
AXIS = {"brightness": 0, "decay": 1, "punch": 2, "body": 3}


class KnownModel:
    """Its hits are its latents and a draw of noise; ``hear`` makes descriptors of them."""

    def __init__(self, classes=("pitched", "noise")):
        self.config = SimpleNamespace(classes=classes, latent_dim=DIM, sample_rate=44100)
        self.prior = NormalPrior(DIM, len(classes))
        self.made = 0

    def generate(self, z, mix, noise_seeds):
        assert z.shape == (len(noise_seeds), DIM)
        assert mix.shape == (len(noise_seeds), len(self.config.classes))
        assert len(noise_seeds) == 0 or np.isfinite(z).all()
        self.made += len(z)
        noise = [np.random.RandomState(int(seed) % 2**32).standard_normal() for seed in noise_seeds]
        return np.column_stack([z, mix, noise]).astype(np.float64)


def hear(hits, rate):
    """brightness, decay and punch mix three axes, the last bent; body does not depend on its axis
    in one direction; noisiness is noise; only the first class has a pitch, on axes 4 and 5."""
    z, pitched, noise = hits[:, :DIM], hits[:, DIM] > 0.5, hits[:, -1]
    out = np.empty((len(hits), len(KNOBS)))
    out[:, 0] = 12 + 1.0 * z[:, 0] + 0.02 * noise
    out[:, 1] = -2 + 0.5 * z[:, 1] + 0.3 * z[:, 0]
    out[:, 2] = 3 * np.sinh(0.7 * z[:, 2]) + 2.0 * z[:, 1]
    out[:, 3] = 5 * z[:, 3] ** 2
    out[:, 4] = 4 * noise
    out[:, 5] = np.where(pitched, 6 + 0.3 * (z[:, 4] - z[:, 5]), np.nan)
    return out


@pytest.fixture(scope="module")
def found():
    model, told = KnownModel(), []
    knobs, report = find_knobs(model, SEARCH, told.append, hear)
    return SimpleNamespace(model=model, knobs=knobs, report=report, told=told)


def along(found, name, label=0):
    """Descriptors (P, J) of a latent at the origin, turned along a knob."""
    path = found.knobs.paths[label, KNOBS.index(name)]
    mix = np.eye(2)[[label] * POINTS]
    return hear(np.column_stack([path, mix, np.zeros(POINTS)]), 44100)


def test_what_can_be_turned_is_shown_and_what_cannot_is_hidden(found):
    shown = dict(zip(KNOBS, found.knobs.shown[0], strict=True))
    assert shown == {
        "brightness": True, "decay": True, "punch": True, "tuning": True,
        "body": False,  # its axis moves it the same way to both sides
        "noisiness": False,  # no axis moves it
    }  # fmt: skip
    assert found.knobs.rho[0, KNOBS.index("brightness")] > 0.99


def test_a_class_without_a_pitch_has_no_tuning(found):
    assert np.isnan(found.knobs.rho[1, KNOBS.index("tuning")])
    assert not found.knobs.paths[1, KNOBS.index("tuning")].any()
    assert "tuning" not in found.report["classes"]["noise"]
    assert "tuning" in found.report["classes"]["pitched"]


@pytest.mark.parametrize("name", ["brightness", "decay", "tuning"])
def test_even_turns_are_even_steps_and_the_middle_is_no_shift(found, name):
    values = along(found, name)[:, KNOBS.index(name)]
    assert not found.knobs.paths[0, KNOBS.index(name), POINTS // 2].any()
    for half in (values[: POINTS // 2 + 1], values[POINTS // 2 :]):
        steps = np.diff(half)
        assert (steps > 0).all()
        assert steps.max() < 1.35 * steps.min()


@pytest.mark.parametrize("name", ["brightness", "decay", "tuning"])
def test_the_others_keep_still(found, name):
    told = found.report["classes"]["pitched"]
    own = np.ptp(along(found, name), axis=0)
    assert own[KNOBS.index(name)] > 0.5
    assert all(amount < 0.25 for amount in told[name]["cross_talk"].values())
    assert set(told[name]["cross_talk"]) == {"brightness", "decay", "punch", "tuning"} - {name}


def test_knobs_stay_inside_the_prior(found):
    assert np.abs(found.knobs.paths).max() <= 4.0 * 3


def test_the_report_says_what_was_found(found):
    told = found.report["classes"]["pitched"]
    assert told["brightness"]["shown"] is True
    assert told["brightness"]["order"] == [1.0, 1.0, 1.0]
    assert min(told[name]["linear"] for name in ("brightness", "decay", "punch", "tuning")) > 0.95
    low, high = told["brightness"]["span"]
    assert low < -1 < 1 < high
    assert told["noisiness"]["shown"] is False
    assert found.report["hits"] == found.model.made == found.told[-1]
    assert found.told == sorted(found.told)
    assert found.model.made <= SEARCH.count(2)


def test_the_same_search_finds_the_same_and_another_seed_others(found):
    again, _ = find_knobs(KnownModel(), SEARCH, measure=hear)
    np.testing.assert_array_equal(again.paths, found.knobs.paths)
    other, _ = find_knobs(KnownModel(), Search(80, 8, seed=4), measure=hear)
    assert (other.paths != found.knobs.paths).any()


def test_too_small_a_search_is_refused():
    with pytest.raises(ValueError, match="at least"):
        find_knobs(KnownModel(), Search(hits=5), measure=hear)


def test_a_descriptor_that_is_never_there_harms_no_other():
    def deaf(hits, rate):
        heard = hear(hits, rate)
        heard[:, 2:] = np.nan
        return heard

    knobs, _ = find_knobs(KnownModel(), SEARCH, measure=deaf)
    assert knobs.shown[0].tolist() == [True, True, False, False, False, False]
    assert np.isfinite(knobs.paths).all()


def test_gradients_are_recovered_and_taken_apart():
    random = np.random.RandomState(0)
    u = random.standard_normal((200, DIM))
    true = np.zeros((2, DIM))
    true[0, :2], true[1, 1] = (1.0, 1.0), 2.0
    learnt = np.stack([gradient(u, u @ w + 0.1 * random.standard_normal(200))[0] for w in true])
    np.testing.assert_allclose(learnt, true, atol=0.05)
    apart, alone = take_apart(true, 1.0), take_apart(true, 0.0)
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), 1.0)
    assert apart[0] @ true[1] == pytest.approx(0.0, abs=1e-9)
    assert alone[0] @ true[1] > 1
    assert (np.diag(apart @ true.T) > 0).all()


def test_noise_foretells_nothing():
    random = np.random.RandomState(1)
    u = random.standard_normal((100, DIM))
    assert gradient(u, random.standard_normal(100))[1] < 0.1
    assert gradient(u, u[:, 0])[1] > 0.95


def test_a_step_in_a_whitened_cloud_is_a_deviation_of_it():
    random = np.random.RandomState(2)
    z = random.standard_normal((5000, 3)) * (1.0, 5.0, 0.2) + 7
    cloud = Cloud.of(z)
    np.testing.assert_allclose(np.cov(cloud.white(z).T), np.eye(3), atol=0.05)
    np.testing.assert_allclose(cloud.root @ np.eye(3)[1], [0, 5, 0], atol=0.3)


def test_calibration_inverts_a_bent_response_and_stops_where_it_stops():
    steps = np.linspace(-3, 3, 25)
    curve = np.where(steps > 0, np.minimum(steps, 1.5) ** 2, steps)
    places = calibrate(steps, np.tile(curve, (5, 1)))
    assert places[POINTS // 2] == 0
    np.testing.assert_allclose(
        np.interp(places, steps, curve)[POINTS // 2 :], np.linspace(0, 2.25, 5), atol=0.1
    )
    assert places[-1] <= 1.6
    np.testing.assert_allclose(places[: POINTS // 2], np.linspace(-3, -0.75, 4), atol=0.1)


def test_a_falling_response_gives_a_dead_knob():
    steps = np.linspace(-3, 3, 9)
    assert not calibrate(steps, -steps[None]).any()


def test_grades_of_the_perfect_the_reversed_and_the_unmeasurable():
    positions = np.linspace(0, 1, POINTS)
    up = np.tile(positions, (6, 1)) + np.arange(6)[:, None]
    assert grade(positions, up).rho == pytest.approx(1.0)
    assert grade(positions, up).pooled == pytest.approx(1.0)
    assert grade(positions, up).order == (1.0, 1.0, 1.0)
    half = up * np.array([1, 1, 1, 1, 1, -1])[:, None]
    assert grade(positions, half).rho == pytest.approx(4 / 6)
    assert grade(positions, half).median == pytest.approx(1.0)
    assert np.isnan(grade(positions, np.full((6, POINTS), np.nan)).rho)


def test_ranks_are_correlated_not_values():
    x = np.arange(10.0)
    assert spearman(x, np.exp(x)) == pytest.approx(1.0)
    assert spearman(x, -(x**3)) == pytest.approx(-1.0)
    assert spearman(x, np.zeros(10)) == 0.0


def test_cross_talk_is_in_units_of_the_other_knobs_way():
    rise = np.linspace(-1, 1, POINTS)
    changes = np.stack([np.stack([2 * rise, rise]), np.stack([0 * rise, 4 * rise])])
    np.testing.assert_allclose(cross_talk(changes), [[1.0, 0.25], [0.0, 1.0]])
