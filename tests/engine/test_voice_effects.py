"""A voice's own effects: each against its formula, all of them against what could break them."""

import numpy as np
import pytest
from small_world import MS, RATE, flat, live_voices, load, small_engine

FRAMES = 8192
LEVEL = 0.25


def play(hit, frames=None, rate=RATE, **own):
    """The left channel of one hit with these rows of its own."""
    with small_engine(rate=rate, hit_seconds=4.0 * RATE / rate) as engine:
        load(engine, 0, hit, rate=rate)
        engine.post_hit(0, 1.0, params=own.items())
        return engine.render(frames or len(hit))[:, 0]


def impulse():
    hit = np.zeros(FRAMES, np.float32)
    hit[0] = LEVEL
    return hit


def analogue(kind, hertz, damping):
    """The response of the analogue filter at the frequencies of an FFT, as the bilinear transform
    with its cutoff kept in place maps them (Simper 2013)."""
    where = np.arange(1, FRAMES // 2) / FRAMES
    s = 1j * np.tan(np.pi * where) / np.tan(np.pi * hertz / RATE)
    return {"low": 1, "high": s**2, "band": s}[kind] / (s**2 + damping * s + 1)


def response(**own):
    return np.fft.rfft(play(impulse(), **own) / LEVEL)[1:-1]


@pytest.mark.parametrize("resonance", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("hertz", [200.0, 500.0, 3000.0])
@pytest.mark.parametrize(
    ("kind", "keys"), [("low", ("cutoff", "resonance")), ("high", ("hcutoff", "hresonance"))]
)
def test_a_filter_is_the_analogue_one(kind, keys, hertz, resonance):
    found = response(**dict(zip(keys, (hertz, resonance), strict=True)))
    expected = analogue(kind, hertz, 10 ** (-3 * np.float32(resonance)))
    np.testing.assert_allclose(abs(found), abs(expected), atol=2e-3 * abs(expected).max())


@pytest.mark.parametrize("quality", [1.0, 4.0, 20.0])
def test_the_band_pass_has_the_gain_of_its_quality(quality):
    found = response(bandf=800.0, bandq=quality)
    expected = analogue("band", 800.0, 1 / quality)
    np.testing.assert_allclose(abs(found), abs(expected), atol=2e-3 * quality)
    assert abs(found).max() == pytest.approx(quality, rel=0.01)


@pytest.mark.parametrize(
    ("djf", "kind", "hertz"),
    [(0.25, "low", 20 * 500**0.5), (0.4, "low", 20 * 500**0.8), (0.75, "high", 20 * 500**0.5)],
)
def test_djf_is_a_low_pass_below_the_middle_and_a_high_pass_above(djf, kind, hertz):
    expected = abs(analogue(kind, hertz, 1.0))
    np.testing.assert_allclose(abs(response(djf=djf)), expected, atol=5e-3)


@pytest.mark.parametrize(
    "off",
    [
        {"shape": 0.0},
        {"crush": 0.0},
        {"coarse": 1},
        {"cutoff": 22050.0, "resonance": 0.9},
        {"hcutoff": 10.0, "hresonance": 0.9},
        {"bandf": 10.0, "bandq": 50.0},
        {"djf": 0.5},
    ],
)
def test_an_effect_that_is_off_leaves_every_bit(off):
    hit = np.random.default_rng(1).uniform(-0.9, 0.9, 777).astype(np.float32)
    np.testing.assert_array_equal(play(hit, **off), hit)


@pytest.mark.parametrize("shape", [0.1, 0.5, 0.9, 1.0])
def test_shape_is_superdirts_law(shape):
    hit = np.linspace(-0.9, 0.9, 400, dtype=np.float32)
    k = 2 * min(shape, 0.999) / (1 - min(shape, 0.999))
    expected = (1 + k) * hit / (1 + k * abs(hit))
    np.testing.assert_allclose(play(hit, gain=-6.0, shape=shape), expected * 10**-0.3, rtol=1e-4)


@pytest.mark.parametrize(
    ("bits", "levels"),
    [(1, [0, 0, 0, 1, 1]), (2, [0, 0, 0.5, 0.5, 1]), (3, [0, 0.25, 0.5, 0.75, 1])],
)
def test_crush_rounds_to_the_levels_that_its_bits_leave(bits, levels):
    hit = [0.1, 0.24, 0.49, 0.7, 0.9]
    np.testing.assert_allclose(play(hit, gain=-12.0, crush=bits), np.multiply(levels, 10**-0.6))


def test_crush_rounds_halves_up_as_supercollider_does():
    np.testing.assert_array_equal(play([-0.25, 0.25, -0.75], crush=2), [0.0, 0.5, -0.5])


def test_coarse_holds_every_so_many_frames():
    hit = np.arange(1, 9) / 16
    expected = np.float32([1, 1, 1, 4, 4, 4, 7, 7]) / 16
    np.testing.assert_array_equal(play(hit, coarse=3), expected)


def test_coarse_counts_the_outputs_frames_whatever_the_speed():
    hit = np.arange(1, 17) / 32
    out = play(hit, 8, coarse=4, speed=2.0)
    assert (out[:4] == out[0]).all()
    assert out[4] == np.float32(9 / 32)


def test_effects_come_in_superdirts_order():
    """crush before coarse, and both before the low-pass, which rounds their steps."""
    hit = np.linspace(0.1, 0.9, 64, dtype=np.float32)
    out = play(hit, crush=3, coarse=4, gain=-6.0)
    held = np.repeat(np.floor(hit[::4] * 4 + 0.5) / 4, 4)
    np.testing.assert_allclose(out, held * 10**-0.3, rtol=1e-6)
    smooth = play(hit, crush=3, coarse=4, cutoff=200.0)
    assert np.abs(np.diff(smooth)).max() < 0.1


def test_the_gain_comes_after_the_effects():
    hit = np.random.default_rng(2).uniform(-0.4, 0.4, 300).astype(np.float32)
    loud, soft = play(hit, shape=0.5, crush=4), play(hit, shape=0.5, crush=4, gain=-20.0)
    np.testing.assert_allclose(soft, loud * 0.1, rtol=1e-5, atol=1e-8)


def test_a_resonance_rings_on_into_the_release_and_ends_in_its_fade():
    hit = flat(80, 0.2)
    out = play(hit, 2000, cutoff=400.0, resonance=0.7, release=20.0)
    assert np.abs(out[80 : 80 + 10 * MS]).max() > 0.01
    assert np.abs(out[80 + 19 * MS : 80 + 20 * MS]).max() < np.abs(out[80 : 80 + 5 * MS]).max() / 8
    assert not out[80 + 20 * MS :].any()


def test_a_voice_with_effects_leaves_its_place():
    with small_engine() as engine:
        load(engine, 0, flat(80, 0.2))
        engine.post_hit(0, 1.0, params=[("cutoff", 400.0), ("release", 20.0)])
        engine.render(80 + 20 * MS)
        assert live_voices(engine) == engine.counters()["voices"] == 0
        assert not engine._header[0]["voice"]["state"].any()


def test_effects_start_afresh_with_every_voice():
    with small_engine() as engine:
        load(engine, 0, *[flat(100, 0.2)] * 3)
        outs = []
        for _ in range(3):
            engine.post_hit(0, 1.0, params=[("cutoff", 300.0), ("coarse", 7), ("release", 10.0)])
            outs.append(engine.render(400))
        np.testing.assert_array_equal(outs[0], outs[1])
        np.testing.assert_array_equal(outs[0], outs[2])


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
@pytest.mark.parametrize("resonance", [0.0, 1.0])
@pytest.mark.parametrize("hertz", [10.0, 1000.0, 22049.0])
def test_filters_stay_bounded_at_any_cutoff_resonance_and_rate(rate, resonance, hertz):
    noise = np.random.default_rng(3).uniform(-0.01, 0.01, 4000).astype(np.float32)
    for own in (
        {"cutoff": hertz, "resonance": resonance},
        {"hcutoff": hertz, "hresonance": resonance},
        {"bandf": hertz, "bandq": 1 + 99 * resonance},
    ):
        with small_engine(rate=rate, hit_seconds=4000 / rate + 0.05) as engine:
            load(engine, 0, noise, rate=rate)
            engine.post_hit(0, 1.0, params=[*own.items(), ("gain", -60.0)])
            out = engine.render(5000)
            assert np.isfinite(out).all()
            assert np.abs(out).max() < 0.1  # 0.00001, and 60 dB of resonance
            assert engine.counters()["bad_samples"] == 0


def test_a_long_silence_behind_an_impulse_turns_no_state_denormal():
    with small_engine(hit_seconds=4.0) as engine:
        hit = np.zeros(32000, np.float32)
        hit[0] = 0.5
        load(engine, 0, hit)
        own = {"cutoff": 3900.0, "hcutoff": 3000.0, "bandf": 2000.0, "bandq": 1.0, "djf": 0.9}
        engine.post_hit(0, 1.0, params=own.items())
        engine.render(31000)
        effects = engine._header[0]["effects"][0]
        for name in ("low_pass", "high_pass", "band_pass", "dj"):
            assert effects[name]["on"]
            for state in ("state_1", "state_2"):
                assert effects[name][state] == 0.0


def test_nan_and_infinity_as_rows_of_a_hit_are_the_rows_own_values():
    hit = np.random.default_rng(4).uniform(-0.5, 0.5, 300).astype(np.float32)
    bad = [np.nan, np.inf, -np.inf]
    for name in (
        "shape",
        "crush",
        "coarse",
        "cutoff",
        "resonance",
        "bandf",
        "djf",
        "speed",
        "loop",
    ):
        for value in bad:
            assert np.isfinite(play(hit, 400, **{name: value})).all()
