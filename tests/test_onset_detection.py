"""The ruler the timing tests measure with, held against signals whose onsets are known."""

import numpy as np
import pytest
from onsets import burst, onsets

RATE = 48000
HIT = burst(2400)


def placed(times: np.ndarray, gains: np.ndarray, frames: int) -> np.ndarray:
    """The hit at fractional frames: a delay in the spectrum is exact for a band-limited sound."""
    size = 1 << (frames - 1).bit_length()
    turns = np.fft.rfftfreq(size)
    spectrum = np.fft.rfft(HIT, size)
    delayed = sum(
        gain * spectrum * np.exp(-2j * np.pi * turns * time)
        for time, gain in zip(times, gains, strict=True)
    )
    return np.fft.irfft(delayed, size)[:frames]


def test_onsets_between_frames_are_found_to_a_microsecond():
    random = np.random.default_rng(7)
    times = 100 + np.arange(40) * 4000 + random.uniform(0, 1000, 40)
    gains = random.uniform(0.4, 1.0, 40)
    found, heights = onsets(placed(times, gains, 170_000), HIT, apart=1000)
    assert len(found) == 40
    assert np.abs(found - times).max() / RATE < 1e-6
    assert heights == pytest.approx(gains, rel=0.02)


def test_noise_and_overlap_cost_less_than_a_fiftieth_of_a_millisecond():
    random = np.random.default_rng(8)
    times = 500 + np.arange(60) * 1500 + random.uniform(0, 100, 60)  # each begins in the last one
    sound = placed(times, np.full(60, 0.5), 96_000) + 0.02 * random.standard_normal(96_000)
    found, _ = onsets(sound, HIT, apart=1000)
    assert len(found) == 60
    assert np.abs(found - times).max() / RATE < 0.02e-3


def test_two_hits_nearer_than_told_are_one():
    found, _ = onsets(placed(np.array([1000.0, 1400.0]), np.ones(2), 8000), HIT, apart=500)
    assert len(found) == 1


def test_a_hit_at_the_very_start_is_found():
    found, _ = onsets(placed(np.array([0.0]), np.ones(1), 8000), HIT, apart=500)
    assert found == pytest.approx([0.0], abs=0.05)


def test_a_recording_shorter_than_the_hit_is_refused():
    with pytest.raises(ValueError, match="holds no hit of 2400"):
        onsets(np.zeros(100), HIT, apart=10)


def test_silence_has_no_onsets():
    assert len(onsets(np.zeros(8000), HIT, apart=10)[0]) == 0
