"""Planted faults are found, at their size."""

import numpy as np
import pytest
from small_sets import FRAMES, RATE, kick, waves

from astrodrum_live.evaluation.defects import defects
from astrodrum_live.evaluation.texture import speckle, tonal_index, tone_spectra


def test_a_good_hit_has_no_defect() -> None:
    found = defects(waves(kick, 8), RATE)
    assert found["clipped"] == found["silent"] == found["not_finite"] == 0
    assert found["onset_sd_ms"] < 0.3
    assert found["pre_onset_db"] < -40


def test_an_offset_is_told_in_dbfs() -> None:
    ring = np.sin(2 * np.pi * 100 * np.arange(FRAMES) / RATE * 0 + np.arange(FRAMES) * np.pi / 32)
    hits = 0.5 * ring[None]
    assert defects(hits, RATE)["dc_dbfs"] < -200 or defects(hits, RATE)["dc_dbfs"] == -120
    assert defects(hits + 0.01, RATE)["dc_dbfs"] == pytest.approx(-40, abs=0.01)


def test_the_onset_spread_is_that_of_the_shifts() -> None:
    hit = np.zeros((4, FRAMES))
    for row, at in enumerate((441, 441, 1323, 1323)):
        hit[row, at:] = 0.5
    found = defects(hit, RATE)
    assert found["onset_ms"] == pytest.approx(20)
    assert found["onset_sd_ms"] == pytest.approx(10)
    assert found["tail_dbfs"] == pytest.approx(-6.02, abs=0.01)


def test_clipping_silence_noise_before_and_numbers_that_are_none_are_counted() -> None:
    good = waves(kick, 1)
    broken = good.copy()
    broken[0, 9] = np.nan
    found = defects(np.concatenate([good / 0.89, 1e-4 * good, broken, good]), RATE)
    assert (found["clipped"], found["silent"], found["not_finite"]) == (0.5, 0.25, 0.25)
    late = np.roll(good, 2000, axis=1)
    late[:, :1800] = 0.02 * np.random.RandomState(0).randn(1800)
    assert defects(late, RATE)["pre_onset_db"] > -30


def test_where_no_hit_sounds_there_is_no_figure() -> None:
    found = defects(np.zeros((2, FRAMES)), RATE)
    assert found["silent"] == 1
    assert np.isnan(found["dc_dbfs"])


def test_noise_has_the_speckle_of_noise_and_a_smooth_buzz_less() -> None:
    random = np.random.RandomState(0)
    noise = np.mean([speckle(random.randn(FRAMES * 2), RATE) for _ in range(6)])
    assert noise == pytest.approx(5.57, abs=0.15)
    pulses = np.zeros(FRAMES * 2)
    pulses[::200] = 1  # every frame alike: 220 Hz and its multiples, steady
    assert speckle(pulses + 0.03 * random.randn(FRAMES * 2), RATE) < noise - 1


def test_a_hit_without_highs_has_no_texture() -> None:
    assert np.isnan(speckle(np.zeros(FRAMES), RATE))


def test_a_planted_tone_at_a_quarter_of_the_rate_is_found() -> None:
    noise = np.random.RandomState(0).randn(24, FRAMES).astype(np.float32)
    plain = tonal_index(tone_spectra(noise))
    assert plain < 0.5
    tone = np.cos(np.pi / 2 * np.arange(FRAMES))
    planted = tonal_index(tone_spectra(noise + tone))
    assert planted > plain + 1.5
    off_grid = np.cos(2 * np.pi * 0.2291 * np.arange(FRAMES))
    assert tonal_index(tone_spectra(noise + off_grid)) == pytest.approx(plain, abs=0.2)


def test_one_hit_with_a_partial_there_is_no_tone_of_all() -> None:
    noise = np.random.RandomState(0).randn(24, FRAMES).astype(np.float32)
    plain = tonal_index(tone_spectra(noise))
    noise[0] += np.cos(np.pi / 2 * np.arange(FRAMES))
    assert tonal_index(tone_spectra(noise)) < plain + 0.3
