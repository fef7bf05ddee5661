"""The room of an orbit: how long, how loud, how wide, and that it ends."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt
from small_world import IMPULSE, MS, flat, load, small_engine

from astrodrum_live.rt.reverb_time import decay_s

RATE = 16000


def reverberation(engine, frames, hit=IMPULSE, pan=-1.0, **rows):
    """(frames, 2) of one hit on orbit 0, whose rows were turned before it."""
    turn(engine, **rows)
    engine.render(engine.config.rate // 20)
    load(engine, 0, hit, rate=engine.config.rate)
    engine.post_hit(0, 1.0, params=[("pan", pan)])
    return engine.render(frames)


def turn(engine, frame=0, **rows):
    for name, value in rows.items():
        engine.post_orbit(0, name, value, frame)


def awake(engine):
    return bool(engine._header[0]["orbit"][0]["reverb"]["awake"])


def fall_s(tail, rate):
    """Seconds to fall by 60 dB below 500 Hz, by Schroeder's integral between -5 and -35 dB."""
    low = sosfilt(butter(4, 500, fs=rate, output="sos"), tail, axis=0)
    left = np.cumsum((low**2).sum(axis=1)[::-1])[::-1]
    level = 10 * np.log10(left / left[0] + 1e-30)
    begin, end = np.argmax(level < -5), np.argmax(level < -35)
    return 2 * (end - begin) / rate


@pytest.mark.parametrize("rate", [8000, 48000])
@pytest.mark.parametrize("size", [0.1, 0.5, 0.8])
def test_size_sets_the_time_in_which_it_falls_by_sixty_decibels(size, rate):
    with small_engine(rate=rate) as engine:
        out = reverberation(engine, int(1.5 * decay_s(size) * rate), room=1, size=size)
        assert fall_s(out[10:], rate) == pytest.approx(decay_s(size), rel=0.12)


def test_the_longest_room_is_eight_seconds_and_the_shortest_a_quarter():
    assert (decay_s(0.0), decay_s(1.0)) == (0.25, 8.0)


def test_highs_die_sooner():
    with small_engine(rate=48000) as engine:
        out = reverberation(engine, 48000, room=1, size=0.4)[10:, 0]
        early, late = (abs(np.fft.rfft(out[at : at + 8192])) for at in (0, 30000))
        fall = late / early
        assert np.median(fall[1000:2000]) < 0.2 * np.median(fall[20:100])


@pytest.mark.parametrize("size", [0.0, 0.3, 1.0])
def test_a_full_room_has_about_the_energy_of_the_hit(size):
    with small_engine(rate=RATE) as engine:
        out = reverberation(engine, 8 * RATE, room=1, size=size)
        wet = (out.astype(float) ** 2).sum() - 0.25
        assert 0.25 / 4 < wet < 0.25 * 2  # damping takes its part


def test_a_room_opened_with_its_hit_is_that_of_one_opened_before():
    with small_engine() as engine, small_engine() as other:
        before = reverberation(engine, 4000, room=0.5, size=0.7)
        turn(other, room=0.5, size=0.7)
        load(other, 0, IMPULSE)
        other.post_hit(0, 1.0, params=[("pan", -1.0)])
        np.testing.assert_allclose(other.render(4000), before, atol=1e-7)


def test_room_is_the_send():
    with small_engine() as engine, small_engine() as other:
        full = reverberation(engine, 4000, room=1, size=0.3)
        half = reverberation(other, 4000, room=0.5, size=0.3)
        np.testing.assert_allclose(half[1:], 0.5 * full[1:], atol=1e-7)
        assert half[0, 0] == full[0, 0] == 0.5


def test_dry_takes_the_reverb_away_and_leaves_the_hit():
    with small_engine() as engine:
        out = reverberation(engine, 4000, room=1, dry=1)
        assert list(np.flatnonzero(out)) == [0]


def test_left_and_right_are_two_rooms():
    with small_engine(rate=RATE) as engine:
        out = reverberation(engine, RATE, pan=0.0, room=1, size=0.5)[100:]
        left, right = out.T
        alike = (left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum())
        assert abs(alike) < 0.25
        assert (left**2).sum() == pytest.approx((right**2).sum(), rel=0.5)


def test_echoes_grow_dense():
    """Within a tenth of a second there is hardly a silent millisecond left."""
    with small_engine(rate=48000) as engine:
        out = reverberation(engine, 14400, room=1, size=0.5)[:, 0]
        parts = np.abs(out[9600:14400]).reshape(-1, 48).max(axis=1)
        assert (parts > 0).mean() > 0.9


def test_a_change_of_size_does_not_click():
    wave = 0.2 * np.sin(2 * np.pi * 40 * np.arange(1600) / 8000)
    with small_engine() as engine:
        turn(engine, room=1, size=0.2)
        for frame, size in ((700, 0.9), (800, 0.1), (1500, 0.6)):
            turn(engine, size=size, frame=frame)
        out = reverberation(engine, 1590, wave)
        assert np.abs(np.diff(out[:, 0])).max() < 4 * 0.2 * 2 * np.pi * 40 / 8000


def test_when_its_tail_is_over_the_reverb_sleeps_and_its_silence_is_exact():
    with small_engine() as engine:
        out = reverberation(engine, 8000, room=1, size=0)
        assert out[2000:4000].any()
        assert not out[7000:].any()
        assert not awake(engine)


def test_a_closed_send_lets_the_tail_ring_on():
    with small_engine() as engine:
        reverberation(engine, 400, room=1, size=0.5)
        turn(engine, room=0)
        assert np.abs(engine.render(4000)[2000:]).max() > 1e-3


def test_panic_silences_the_room_within_five_milliseconds():
    with small_engine() as engine:
        reverberation(engine, 1200, flat(1600, 0.2), room=1, size=0.9)
        engine.post_panic()
        out = engine.render(16000)
        assert out[0].any()
        assert not out[5 * MS :].any()


def test_panic_fades_a_ringing_room_without_a_click():
    wave = 0.2 * np.sin(2 * np.pi * 40 * np.arange(1600) / 8000)
    with small_engine() as engine:
        before = reverberation(engine, 2400, wave, room=1, size=0.9)[1700:]
        engine.post_panic()
        out = np.concatenate([before[-1:], engine.render(200)])
        loud, steep = np.abs(before).max(), np.abs(np.diff(before, axis=0)).max()
        assert loud > 0.02
        assert np.abs(np.diff(out, axis=0)).max() <= steep + loud / (5 * MS)


def test_what_is_struck_after_a_panic_has_its_whole_room():
    with small_engine() as engine, small_engine() as fresh:
        reverberation(engine, 900, flat(400, 0.2), room=1, size=0.4)
        engine.post_panic()
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0)
        whole = reverberation(fresh, 3000, room=1, size=0.4)
        np.testing.assert_allclose(engine.render(3000)[5 * MS :], whole[5 * MS :], atol=1e-7)


def test_no_line_turns_denormal():
    with small_engine() as engine:
        turn(engine, room=1, size=0)
        engine.render(400)
        for _ in range(10):
            load(engine, 0, flat(4, 1e-5))
            engine.post_hit(0, 1.0)
            engine.render(300)
        held = engine._header[0]["orbit"][0]["reverb"]["damped"]
        for values in (engine.memory.lines, held):
            assert not ((values != 0) & (np.abs(values) < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
def test_a_room_is_finite_and_ends_at_any_rate(rate):
    with small_engine(rate=rate) as engine:
        out = reverberation(engine, rate, room=1, size=0)
        assert np.isfinite(out).all()
        assert out[rate // 10 : rate // 5].any()
        assert not out[-rate // 10 :].any()
