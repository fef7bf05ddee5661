"""Batches are pure functions of seed and step, fair to classes and drums; changes are light."""

from dataclasses import replace

import numpy as np

from astrodrum_live.training.augment import resample, tilt
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.recipe import Augment
from astrodrum_live.training.sampler import Sampler

RATE = 44100


def test_a_batch_is_a_function_of_seed_step_and_draw(hits: HitSet) -> None:
    sampler = Sampler(hits, Augment(1.0, 1.0, 1.0), 3)
    a, labels = sampler.batch(5, 4)
    np.testing.assert_array_equal(a, Sampler(hits, Augment(1.0, 1.0, 1.0), 3).batch(5, 4)[0])
    assert (a != sampler.batch(6, 4)[0]).any()
    assert (a != sampler.batch(5, 4, draw=1)[0]).any()
    assert sorted(labels.tolist()) == [0, 0, 1, 1]


def test_a_heavy_drum_comes_more_often_and_a_held_out_one_never(hits: HitSet) -> None:
    weight = np.where(np.arange(12) == 6, 20.0, 1.0)
    held = np.arange(12) == 7
    sampler = Sampler(replace(hits, weight=weight, held_out=held), Augment(), 0)
    waves = hits.waves(np.arange(12))
    counts = np.zeros(12)
    for step in range(40):
        for wave in sampler.batch(step, 4)[0]:
            counts[np.abs(waves - wave).max(axis=1).argmin()] += 1
    assert counts[7] == 0
    assert counts[6] > counts[8:].sum()


def test_changed_hits_keep_their_level_and_edges(hits: HitSet) -> None:
    waves, _ = Sampler(hits, Augment(1.0, 1.0, 1.0), 0).batch(0, 8)
    assert waves.dtype == np.float32
    np.testing.assert_allclose(np.abs(waves).max(axis=1), 10 ** (-1 / 20), atol=1e-3)
    assert np.abs(waves[:, -1]).max() < 1e-3


def test_resampling_moves_pitch() -> None:
    t = np.arange(6000) / RATE
    tone = np.sin(2 * np.pi * 1000 * t)[None].astype(np.float32)
    faster = resample(tone, np.array([1.5]), 3000)[0]
    np.testing.assert_allclose(faster, np.sin(2 * np.pi * 1500 * t[:3000]), atol=1e-3)
    np.testing.assert_array_equal(resample(tone, np.array([1.0]), 3000), tone[:, :3000])
    assert not resample(tone, np.array([4.0]), 3000)[0, 1600:].any()


def test_tilt_is_so_many_decibels_an_octave() -> None:
    t = np.arange(8192) / RATE
    for hertz, octaves in ((500, -1), (1000, 0), (4000, 2)):
        tone = np.sin(2 * np.pi * hertz * t)[None].astype(np.float32)
        louder = tilt(tone, np.array([3.0]), RATE)[0, 2000:6000]
        gain = 20 * np.log10(louder.std() / tone[0, 2000:6000].std())
        assert abs(gain - 3 * octaves) < 0.1
