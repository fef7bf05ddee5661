"""The search for knobs, on models whose descriptors are known functions of the latent."""

from types import SimpleNamespace

import numpy as np
import pytest

from astrodrum_live.model.knobs import KNOBS
from astrodrum_live.model.latents import NormalPrior
from astrodrum_live.training.directions import Cloud, Slopes, direction, steepest
from astrodrum_live.training.knobs import Search, Stand, find_knobs
from astrodrum_live.training.sweeps import (
    POINTS,
    calibrate,
    cross_talk,
    goes_right,
    grade,
    spearman,
)

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
        noise = np.float64(np.uint64(noise_seeds) * np.uint64(0x9E3779B97F4A7C15)) / 2.0**63 - 1
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


def sense_by(model, measure=hear, step=1e-4):
    """Gradients by differences, without a network."""

    def sense(z, mix, seeds):
        def at(latents):
            return measure(model.generate(latents, mix, seeds), 44100)

        made = model.made
        axes = step * np.eye(DIM)
        by_z = np.stack([(at(z + axis) - at(z - axis)) / (2 * step) for axis in axes], axis=2)
        values = at(z)
        model.made = made + len(z)  # as a network makes values and gradients in one
        return values, by_z

    return sense


def search_of(model, search=SEARCH, measure=hear, **more):
    return find_knobs(model, search, sense_by(model, measure), measure=measure, **more)


@pytest.fixture(scope="module")
def found():
    model, told = KnownModel(), []
    knobs, report = search_of(model, advance=told.append)
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
    again, _ = search_of(KnownModel())
    np.testing.assert_array_equal(again.paths, found.knobs.paths)
    other, _ = search_of(KnownModel(), Search(80, 8, seed=4))
    assert (other.paths != found.knobs.paths).any()


def test_too_small_a_search_is_refused():
    with pytest.raises(ValueError, match="at least"):
        search_of(KnownModel(), Search(hits=5))


def test_a_descriptor_that_is_never_there_harms_no_other():
    def deaf(hits, rate):
        heard = hear(hits, rate)
        heard[:, 2:] = np.nan
        return heard

    knobs, _ = search_of(KnownModel(), measure=deaf)
    assert knobs.shown[0].tolist() == [True, True, False, False, False, False]
    assert np.isfinite(knobs.paths).all()


def test_a_model_that_no_knob_moves_has_none():
    def unmoved(hits, rate):
        return np.tile(hits[:, -1:], (1, len(KNOBS)))

    knobs, report = search_of(KnownModel(), measure=unmoved)
    assert not knobs.shown.any()
    assert not knobs.paths.any()
    assert not any(told["shown"] for told in report["classes"]["noise"].values())


def test_a_drum_that_a_knob_would_turn_the_wrong_way_hides_it():
    """Most latents answer so strongly that the mean over them would pass."""

    def crooked(hits, rate):
        heard = hear(hits, rate)
        heard[:, 0] = 12 + np.where(hits[:, 6] > 1.2, -hits[:, 0], hits[:, 0])  # 12 % of latents
        return heard

    knobs, report = search_of(KnownModel(), Search(80, 16), crooked)
    told = report["classes"]["pitched"]["brightness"]
    assert 0.05 < told["inverted"] < 0.2
    assert told["right"] == pytest.approx(1 - told["inverted"], abs=0.01)
    assert not knobs.shown[0, KNOBS.index("brightness")]
    assert knobs.shown[0, KNOBS.index("decay")]


def test_a_kits_own_pad_that_goes_the_wrong_way_hides_a_knob():
    def crooked(hits, rate):
        heard = hear(hits, rate)
        heard[:, 0] = 12 + np.where(hits[:, 6] > 3.9, -hits[:, 0], hits[:, 0])
        return heard

    mix = np.array([1.0, 0.0], np.float32)
    pad = Stand(mix, 4.0 * np.eye(DIM)[6], 5)
    without, _ = search_of(KnownModel(), measure=crooked)
    knobs, report = search_of(KnownModel(), measure=crooked, stands=[pad])
    assert without.shown[0, KNOBS.index("brightness")]
    assert not knobs.shown[0, KNOBS.index("brightness")]
    assert report["classes"]["pitched"]["brightness"]["right"] == 0
    assert knobs.shown[0, KNOBS.index("decay")]
    np.testing.assert_array_equal(knobs.paths, without.paths)  # a kit is graded on, not learnt from


def test_a_punch_that_takes_brightness_back_is_hidden():
    """Harder must not be duller, and no brightness knob makes up for it."""

    def dulling(hits, rate):
        heard = hear(hits, rate)
        heard[:, 2] = 3 * hits[:, 2]
        heard[:, 0] = 12 - 2 * np.maximum(hits[:, 2], -0.5)
        return heard

    knobs, report = search_of(KnownModel(), measure=dulling)
    told = report["classes"]["pitched"]["punch"]
    assert told["rho"] > 0.99
    assert told["right"] < 0.5
    assert not knobs.shown[0, KNOBS.index("punch")]


def test_a_direction_serves_every_hit_rather_than_the_steepest():
    random = np.random.RandomState(0)
    own = 0.1 * random.standard_normal((90, DIM))
    own[:, 0] += 1.0
    own[:9] = 40 * np.eye(DIM)[1] - 8 * np.eye(DIM)[0]  # a tenth of the hits, and most of the mean
    none = np.zeros((90, 1, DIM))
    assert np.mean(own @ own.mean(axis=0) > 0) < 0.9
    assert np.mean(own @ direction(own, none)[0] > 0) > 0.99


def test_the_others_are_held_as_far_as_it_costs_no_hits():
    random = np.random.RandomState(1)
    own = np.eye(DIM)[0] + np.eye(DIM)[1] + 0.1 * random.standard_normal((90, DIM))
    other = np.tile(np.eye(DIM)[1], (90, 1, 1))
    free, held = steepest(own, other, 0.0), direction(own, other)[0]
    assert free[1] > 0.6
    assert held[1] < 0.3 * held[0]
    np.testing.assert_allclose(np.linalg.norm(held), 1.0)


def test_slopes_count_in_deviations_and_what_a_class_lacks_has_no_direction():
    random = np.random.RandomState(3)
    z = random.standard_normal((60, DIM))
    values = np.stack([5 * z[:, 0], np.full(60, np.nan)], axis=1)
    by_z = np.zeros((60, 2, DIM))
    by_z[:, 0, 0] = 5.0
    slopes = Slopes.of(values, by_z, Cloud(np.zeros(DIM), 2 * np.eye(DIM)))
    assert slopes.has.tolist() == [True, False]
    np.testing.assert_allclose(slopes.gradients[:, 0, 0], 10 / np.std(5 * z[:, 0]))
    assert np.isnan(slopes.gradients[:, 1]).all()
    np.testing.assert_allclose(slopes.directions()[0], [np.eye(DIM)[0], np.zeros(DIM)], atol=1e-6)


def test_a_step_in_a_whitened_cloud_is_a_deviation_of_it():
    random = np.random.RandomState(2)
    z = random.standard_normal((5000, 3)) * (1.0, 5.0, 0.2) + 7
    cloud = Cloud.of(z)
    white = np.linalg.solve(cloud.root, (z - cloud.mean).T)
    np.testing.assert_allclose(np.cov(white), np.eye(3), atol=0.05)
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


def test_a_path_ends_where_latents_begin_to_turn_back():
    steps = np.linspace(-3, 3, 7)
    rising = np.tile(steps, (20, 1))
    rising[:5, -1] = 1.0  # a quarter of them falls on the last step
    places = calibrate(steps, rising)
    np.testing.assert_allclose(places[[0, -1]], [-3, 2], atol=0.1)


def test_a_falling_response_gives_a_dead_knob():
    steps = np.linspace(-3, 3, 9)
    assert not calibrate(steps, -steps[None]).any()


def test_grades_of_the_perfect_the_reversed_and_the_unmeasurable():
    positions = np.linspace(0, 1, POINTS)
    up = np.tile(positions, (6, 1)) + np.arange(6)[:, None]
    assert grade(positions, up).rho == pytest.approx(1.0)
    assert grade(positions, up).right == 1.0
    assert grade(positions, up).order == (1.0, 1.0, 1.0)
    half = up * np.array([1, 1, 1, 1, 1, -1])[:, None]
    assert grade(positions, half).rho == pytest.approx(4 / 6)
    assert grade(positions, half).right == pytest.approx(5 / 6)
    assert grade(positions, half).inverted == pytest.approx(1 / 6)
    assert np.isnan(grade(positions, np.full((6, POINTS), np.nan)).rho)


def test_the_right_way_bears_one_step_back_and_not_two():
    rows = np.array([
        [0, 1, 2, 3, 4], [0, 1, 0.5, 3, 4], [0, 1, 0.5, 3, 2.9], [0, 1, 2, 3, -1],
        [0, np.nan, 2, 1, 4],
    ])  # fmt: skip
    assert goes_right(rows).tolist() == [True, True, False, False, True]


def test_ranks_are_correlated_not_values():
    x = np.arange(10.0)
    assert spearman(x, np.exp(x)) == pytest.approx(1.0)
    assert spearman(x, -(x**3)) == pytest.approx(-1.0)
    assert spearman(x, np.zeros(10)) == 0.0


def test_cross_talk_is_in_units_of_the_other_knobs_way():
    rise = np.linspace(-1, 1, POINTS)
    changes = np.stack([np.stack([2 * rise, rise]), np.stack([0 * rise, 4 * rise])])
    np.testing.assert_allclose(cross_talk(changes), [[1.0, 0.25], [0.0, 1.0]])
