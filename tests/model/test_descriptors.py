"""Descriptors read known signals right, follow what they are called after, and bear silence."""

import numpy as np
import pytest

from astrodrum_live.model.descriptors import DESCRIPTORS, SURE, a_weighting, describe

RATE = 44100
FRAMES = 16384
TIME = np.arange(FRAMES) / RATE


def sine(hertz: float, decay_s: float = 0.1, at: int = 0) -> np.ndarray:
    wave = np.sin(2 * np.pi * hertz * TIME + 0.3) * np.exp(-TIME / decay_s)
    return np.roll(np.where(np.arange(FRAMES) < FRAMES - at, wave, 0.0), at)


def noise(decay_s: float = 0.1, seed: int = 0) -> np.ndarray:
    return np.random.RandomState(seed).standard_normal(FRAMES) * np.exp(-TIME / decay_s)


def value(wave: np.ndarray, name: str) -> float:
    return float(describe(wave, RATE).values[0, DESCRIPTORS.index(name)])


def test_the_a_curve_is_where_the_standard_has_it() -> None:
    gain = 10 * np.log10(a_weighting(np.array([100.0, 1000.0, 10000.0])))
    np.testing.assert_allclose(gain, [-19.1, 0.0, -2.5], atol=0.1)


@pytest.mark.parametrize("hertz", [500.0, 2000.0, 8000.0])
def test_brightness_of_a_sine_is_its_frequency_in_octaves(hertz: float) -> None:
    assert value(sine(hertz), "brightness") == pytest.approx(np.log2(hertz), abs=0.1)


@pytest.mark.parametrize("decay_s", [0.01, 0.03, 0.1])
def test_decay_is_the_time_to_lose_twenty_decibels(decay_s: float) -> None:
    seconds = 2 ** value(sine(440.0, decay_s), "decay")
    assert seconds == pytest.approx(decay_s * np.log(10), rel=0.05)


def test_punch_is_the_stroke_over_what_follows() -> None:
    even = np.sin(2 * np.pi * 1000 * TIME)
    struck = np.where(TIME < 0.012, 2.0, 1.0) * even
    assert value(even, "punch") == pytest.approx(0.0, abs=0.1)
    assert value(struck, "punch") == pytest.approx(6.0, abs=0.1)


def test_body_is_the_share_of_the_low_end() -> None:
    high = np.sqrt(9) * np.sin(2 * np.pi * 2000 * TIME)
    assert value(np.sin(2 * np.pi * 80 * TIME) + high, "body") == pytest.approx(-10.0, abs=0.2)
    assert value(high, "body") < -40.0


def test_noise_is_noisier_than_a_sine_and_a_mix_lies_between() -> None:
    pure, mixed, rough = (sine(200.0) + share * noise() for share in (0.0, 0.05, 5.0))
    values = [value(wave, "noisiness") for wave in (pure, mixed, rough)]
    assert values[0] < values[1] - 5 < values[2] - 10


@pytest.mark.parametrize("hertz", [55.0, 98.0, 180.0])
def test_tuning_is_the_first_partial_and_sure(hertz: float) -> None:
    wave = sine(hertz) + 0.3 * sine(2.3 * hertz, 0.05)
    told = describe(wave, RATE)
    assert told.confidence[0] > 0.8
    assert told.values[0, DESCRIPTORS.index("tuning")] == pytest.approx(np.log2(hertz), abs=0.05)


def test_noise_has_no_pitch() -> None:
    told = describe(noise(), RATE)
    assert told.confidence[0] < SURE
    assert np.isnan(told.values[0, DESCRIPTORS.index("tuning")])


def test_a_late_onset_and_the_level_change_nothing() -> None:
    wave = sine(150.0, 0.03) + 0.1 * noise(0.02)
    for other in (0.01 * wave, np.concatenate([np.zeros(700), wave[:-700]])):
        np.testing.assert_allclose(
            describe(other, RATE).values, describe(wave, RATE).values, atol=0.15
        )


def test_silence_and_broken_hits_are_nothing_and_harm_no_other() -> None:
    broken = sine(100.0)
    broken[5] = np.nan
    told = describe(np.stack([np.zeros(FRAMES), sine(100.0), broken]), RATE)
    assert np.isnan(told.values[[0, 2]]).all()
    assert (told.confidence[[0, 2]] == 0).all()
    np.testing.assert_allclose(told.values[1], describe(sine(100.0), RATE).values[0], rtol=1e-9)


def test_no_hits_are_no_rows() -> None:
    assert describe(np.zeros((0, FRAMES)), RATE).values.shape == (0, len(DESCRIPTORS))
