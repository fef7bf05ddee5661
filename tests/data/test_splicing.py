"""One hit's attack, another's body."""

import numpy as np
from sample_files import RATE, noise, tone

from astrodrum_live.data.splice import pairs, splice


def pcm(wave):
    return np.round(wave * 32767).astype(np.int16)


def test_a_splice_begins_as_the_one_and_ends_as_the_other():
    attack, body = tone(400), tone(100, 0.4)
    made = splice(pcm(attack), pcm(body), 0.02) / 32767
    assert np.abs(made[:600] - attack[:600]).max() < 1e-3
    tail, length = made[3000:8000], 5000
    like = max(
        np.dot(tail, body[lag : lag + length]) / np.linalg.norm(body[lag : lag + length])
        for lag in range(2000, 4000)
    )
    assert like / np.linalg.norm(tail) > 0.999


def test_the_seam_does_not_jump():
    made = splice(pcm(tone(60, 0.5)), pcm(tone(110, 0.5, level=0.1)), 0.03) / 32767
    steps = np.abs(np.diff(made))
    assert steps.max() < 1.5 * np.abs(np.diff(tone(110, 0.5))).max()


def test_a_splice_is_no_longer_than_its_parents_and_ends_at_rest():
    steady = np.sin(2 * np.pi * 90 * np.arange(RATE // 4) / RATE)
    made = splice(pcm(tone(45)), pcm(steady), 0.035)
    assert len(made) == len(steady)
    assert abs(int(made[-1])) < 20


def test_without_a_crossing_there_is_no_splice():
    assert splice(np.full(RATE, 1000, dtype=np.int16), pcm(noise(1)), 0.02) is None


def test_pairs_are_of_two_drums_and_the_same_for_the_same_seed():
    drums = ["a", "a", "b", "c"]
    found = list(pairs(drums, 50, 1))
    assert found == list(pairs(drums, 50, 1))
    assert found != list(pairs(drums, 50, 2))
    assert all(drums[i] != drums[j] for i, j, _ in found)
    assert list(pairs(["a", "a"], 5, 0)) == []
