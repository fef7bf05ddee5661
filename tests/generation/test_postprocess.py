"""What is done to every hit: onset, offset, filters of the seed project, tail, level, rate."""

from itertools import product

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from astrodrum_live.generation.loudness import PEAK_LIMIT_DB, loudness
from astrodrum_live.generation.postprocess import (
    low_pass,
    moving_average,
    post_process,
    resample,
)
from astrodrum_live.params import pad_param
from astrodrum_live.units import gain_to_db

RATE = 44100
ROWS = ("lowpass", "lowpass_order", "average", "tail", "level")
PLAIN = {name: pad_param(name).default for name in ROWS}


def drum(frames: int = 16384, silence: int = 0, hertz: float = 180.0) -> np.ndarray:
    """A decaying sine with a click of noise, after some silence."""
    t = np.arange(frames) / RATE
    noise = np.random.RandomState(3).uniform(-1, 1, frames)
    sound = np.cos(2 * np.pi * hertz * t) * np.exp(-t / 0.08) + 0.3 * noise * np.exp(-t / 0.01)
    return np.concatenate([np.zeros(silence), 0.5 * sound])[:frames].astype(np.float32)


@pytest.mark.parametrize("target", [44100, 48000, 96000])
@pytest.mark.parametrize("silence", [0, 1, 700, 9000])
def test_the_onset_is_moved_to_the_start(silence, target):
    hit = post_process(drum(silence=silence), RATE, target, PLAIN)
    onset = np.argmax(np.abs(hit) > 10 ** (-34 / 20) * np.abs(hit).max())
    assert onset / target < 0.5e-3


@pytest.mark.parametrize("offset", [-0.4, 0.2])
def test_an_offset_is_taken_out_and_the_tail_ends_at_zero(offset):
    hit = post_process(drum() + np.float32(offset), RATE, RATE, PLAIN)
    peak = np.abs(hit).max()
    assert abs(hit.mean()) < 1e-3 * peak
    assert abs(hit[-1]) < 1e-6 * peak
    assert np.abs(hit[:2]).max() < 0.5 * peak  # no step where the silence was cut away


@pytest.mark.parametrize("level", [-40.0, -23.0, -16.0, -12.0])
@pytest.mark.parametrize("target", [44100, 48000])
def test_the_level_is_matched(level, target):
    hit = post_process(drum(), RATE, target, {**PLAIN, "level": level})
    assert np.abs(hit).max() < 10 ** (PEAK_LIMIT_DB / 20)
    assert gain_to_db(loudness(hit, target)) == pytest.approx(level, abs=0.1)


def test_the_peak_binds_where_a_level_would_clip():
    hit = post_process(drum(), RATE, 48000, {**PLAIN, "level": 0.0})
    assert gain_to_db(float(np.abs(hit).max())) == pytest.approx(PEAK_LIMIT_DB, abs=1e-3)
    assert gain_to_db(loudness(hit, 48000)) < -0.5


@pytest.mark.parametrize(
    "broken",
    [
        np.full(4096, np.nan, np.float32),
        np.append(drum(4096), np.float32(np.inf)),
        np.zeros(4096, np.float32),
        np.full(4096, 0.5, np.float32),  # an offset and nothing else
        1e-5 * drum(4096),
        np.zeros(0, np.float32),
    ],
    ids=["nan", "infinity", "zeros", "offset", "too soft", "empty"],
)
def test_what_cannot_be_played_is_none(broken):
    assert post_process(broken, RATE, 48000, PLAIN) is None


@pytest.mark.parametrize("order", [1, 2, 8])
def test_the_low_pass_is_the_seed_projects(order):
    """``filtfilt`` of ``butter(order, 0.5)`` with ``padlen=150``."""
    audio = drum()
    expected = filtfilt(*butter(order, 0.5), audio, padlen=150)
    np.testing.assert_allclose(low_pass(audio, RATE, RATE / 4, order), expected, atol=1e-6)


def test_a_low_pass_of_order_zero_or_above_nyquist_does_nothing():
    audio = drum()
    assert low_pass(audio, RATE, 1000.0, 0) is audio
    assert low_pass(audio, RATE, 22050.0, 8) is audio


def test_the_moving_average_is_the_mean_of_ten_points():
    audio = drum(64)
    averaged = moving_average(audio, 10)
    assert averaged.size == audio.size
    # numpy's "same": the point n sees n-5 .. n+4
    assert averaged[20] == pytest.approx(audio[15:25].mean(), abs=1e-7)
    assert moving_average(audio, 1) is audio


@pytest.mark.parametrize("target", [22050, 48000, 96000])
def test_resampling_keeps_pitch_and_length(target):
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(RATE) / RATE)
    heard = resample(tone, RATE, target)
    assert heard.size == target
    assert np.argmax(np.abs(np.fft.rfft(heard))) == 1000  # one second: a bin is a hertz
    assert np.abs(heard[2000:-2000]).max() == pytest.approx(1.0, abs=1e-2)


def test_every_corner_of_the_ranges_sounds():
    sides = [(pad_param(name).low, pad_param(name).high) for name in ROWS]
    for corner in product(*sides):
        hit = post_process(drum(4096), RATE, 48000, dict(zip(ROWS, corner, strict=True)))
        assert hit is not None, corner
        assert hit.dtype == np.float32
        assert np.isfinite(hit).all(), corner
        assert 0 < np.abs(hit).max() <= 10 ** (PEAK_LIMIT_DB / 20) + 1e-6, corner
