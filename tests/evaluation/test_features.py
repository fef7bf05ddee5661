"""Hits of any rate, length and level become the same clips."""

import numpy as np
import pytest
from small_sets import RATE, kick, waves

from astrodrum_live.evaluation.features import (
    BANDS,
    FRAMES,
    PLACES,
    clips,
    mel_shapes,
    pictures,
    places,
    summaries,
)


def test_clips_have_one_length_and_level() -> None:
    hits = waves(kick, 2)
    short, padded = clips(0.1 * hits, RATE), clips(np.pad(hits, ((0, 0), (0, 30000))), RATE)
    assert short.shape == (2, FRAMES)
    np.testing.assert_allclose(short, padded, atol=1e-6)
    np.testing.assert_allclose(np.abs(short).max(axis=1), 1)


def test_a_longer_hit_ends_on_a_fall() -> None:
    assert np.abs(clips(np.ones((1, 65536)), RATE)[0, [0, -1]]).tolist() == pytest.approx(
        [1, 0], abs=1e-3
    )


def test_another_rate_is_heard_alike() -> None:
    t = np.arange(16384) / 22050
    slow = (np.sin(2 * np.pi * 200 * t) * np.exp(-9 * t))[None]
    t = np.arange(32768) / RATE
    fast = (np.sin(2 * np.pi * 200 * t) * np.exp(-9 * t))[None]
    a, b = summaries(clips(slow, 22050)), summaries(clips(fast, RATE))
    assert np.sqrt(((a - b) ** 2).sum()) < 3  # dB; only the very top of the band is lost


def test_silence_and_numbers_that_are_none_become_finite() -> None:
    sound = clips(np.array([[0.0] * 100, [np.nan, np.inf] * 50]), RATE)
    for view in (pictures(sound), summaries(sound), mel_shapes(sound)):
        assert np.isfinite(view).all()


def test_views_have_their_shapes_and_ranges() -> None:
    sound = clips(waves(kick, 3), RATE)
    seen = pictures(sound)
    assert seen.shape == (3, BANDS, 64)
    assert seen.min() == 0
    assert seen.max() == pytest.approx(1)
    assert summaries(sound).shape == (3, PLACES * (BANDS + 1))
    np.testing.assert_array_equal(mel_shapes(sound), summaries(sound)[:, : PLACES * BANDS])


def test_places_grow_by_a_ratio_to_the_end() -> None:
    steps = np.diff(places(FRAMES, RATE))
    assert steps[0] == pytest.approx(0.003 * RATE, abs=1)
    assert (np.diff(steps) > 0).all()
    assert places(FRAMES, RATE)[-1] == pytest.approx(FRAMES - 512, abs=2)
