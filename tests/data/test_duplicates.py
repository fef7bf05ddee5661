"""Near-duplicates go, distinct strokes stay, and the filter before them misses none."""

import numpy as np
import pytest
from sample_files import RATE, noise, tone
from scipy.signal import resample

from astrodrum_live.data.duplicates import band_shape, duplicates_of, likeness, spectrum


def found(hits, drums=None):
    drums = drums or [str(i) for i in range(len(hits))]
    return duplicates_of(len(hits), lambda i: hits[i], drums, lambda done: None)


def half_a_frame_later(wave):
    return resample(np.pad(wave, 64), 2 * len(wave) + 256)[1::2]


@pytest.mark.parametrize(
    "change",
    [
        lambda wave: 0.2 * wave,
        lambda wave: -wave,
        lambda wave: np.concatenate([np.zeros(200), wave]),
        half_a_frame_later,
        lambda wave: wave + 0.01 * noise(99, len(wave) / RATE),
    ],
    ids=["quieter", "inverted", "later", "half a frame later", "noisier"],
)
def test_one_sound_twice_is_found(change):
    wave = noise(1, 0.3)
    assert found([wave, change(wave)]) == {1: (0, pytest.approx(1.0, abs=0.01))}


def test_other_sounds_stay():
    hits = [noise(1, 0.3), noise(2, 0.3), tone(60), tone(64), tone(200)]
    assert found(hits) == {}


def test_strokes_of_one_drum_may_be_much_alike():
    wave = noise(1, 0.3)
    other = wave + 0.2 * noise(2, 0.3)  # correlation about 0.98
    assert 0.95 < likeness(spectrum(wave), spectrum(other)) < 0.995
    assert found([wave, other], ["a", "a"]) == {}
    assert set(found([wave, other], ["a", "b"])) == {1}


def test_a_lag_beyond_ten_milliseconds_is_another_sound():
    wave = noise(1, 0.3)
    assert found([wave, np.concatenate([np.zeros(RATE // 50), wave])]) == {}


def test_the_filter_never_rules_out_a_duplicate():
    random = np.random.default_rng(0)
    for _ in range(20):
        a = noise(int(random.integers(1000)), 0.2)
        b = random.uniform(0, 1) * a + random.uniform(0, 1) * noise(int(random.integers(1000)), 0.2)
        one, other = spectrum(a), spectrum(b)
        assert band_shape(one) @ band_shape(other) >= likeness(one, other) - 1e-4


def test_hits_placed_by_earlier_runs_are_never_given_up():
    wave = noise(1, 0.3)
    kept = duplicates_of(3, lambda i: wave, ["a", "b", "c"], lambda done: None, fixed=2)
    assert set(kept) == {2}
