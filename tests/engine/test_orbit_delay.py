"""The echoes of an orbit: on their frame, as loud as asked, without a click, and not for ever."""

import numpy as np
import pytest
from small_world import IMPULSE, MS, RATE, flat, load, small_engine

ORBIT = 3
DEFAULT_FEEDBACK = 0.5


def echoes(engine, frames, hit=IMPULSE, **rows):
    """The left channel of one hit on an orbit whose rows were turned before it."""
    turn(engine, **rows)
    engine.render(200)  # the feedback is a ramp of 20 ms
    load(engine, 0, hit)
    engine.post_hit(0, 1.0, params=[("orbit", ORBIT)])
    return engine.render(frames)[:, 0]


def turn(engine, frame=0, **rows):
    for name, value in rows.items():
        engine.post_orbit(ORBIT, name, value, frame)


def awake(engine, effect="delay"):
    return bool(engine._header[0]["orbit"][ORBIT][effect]["awake"])


def test_an_echo_comes_on_its_frame_and_again_by_its_feedback():
    with small_engine() as engine:
        out = echoes(engine, 1000, delay=0.5, delaytime=0.025, delayfeedback=0.25)
        expected = np.zeros(1000)
        expected[[0, 200, 400, 600, 800]] = 0.5, 0.25, 0.0625, 0.015625, 0.00390625
        np.testing.assert_allclose(out, expected, atol=1e-7)


@pytest.mark.parametrize("cps", [0.5, 2.0])
def test_a_locked_delay_counts_cycles(cps):
    with small_engine() as engine:
        rows = {"delay": 1, "delaytime": 0.125, "lock": 1, "cps": cps, "delayfeedback": 0}
        out = echoes(engine, 3000, **rows)
        assert list(np.flatnonzero(out)) == [0, round(0.125 / cps * RATE)]


@pytest.mark.parametrize(("seconds", "frames"), [(0.0, 1), (1 / RATE, 1), (4.0, 4 * RATE)])
def test_the_shortest_echo_is_one_frame_and_the_longest_four_seconds(seconds, frames):
    with small_engine() as engine:
        out = echoes(engine, 4 * RATE + 2, delay=1, delaytime=seconds, delayfeedback=0)
        assert list(np.flatnonzero(out)) == [0, frames]


def test_a_locked_delay_of_more_than_four_seconds_is_four():
    with small_engine() as engine:
        rows = {"delay": 1, "delaytime": 4, "lock": 1, "cps": 0.01, "delayfeedback": 0}
        assert list(np.flatnonzero(echoes(engine, 4 * RATE + 2, **rows))) == [0, 4 * RATE]


def test_left_stays_left_and_right_right():
    with small_engine() as engine:
        turn(engine, delay=1, delaytime=0.05, delayfeedback=0)
        engine.render(200)
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT), ("pan", 1.0)])
        out = engine.render(500)
        assert np.abs(out[:, 0]).max() < 1e-7
        assert list(np.flatnonzero(out[:, 1])) == [0, 400]


def test_other_orbits_have_no_echo():
    with small_engine() as engine:
        turn(engine, delay=1, delaytime=0.05)
        engine.render(200)
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT + 1)])
        assert list(np.flatnonzero(engine.render(1000)[:, 0])) == [0]
        assert not awake(engine)


def test_the_attack_of_the_hit_that_opens_a_send_is_in_its_echo():
    """As in ``# delay "0 0.5"``: turn and hit are due at the same frame."""
    with small_engine() as engine:
        load(engine, 0, IMPULSE, IMPULSE)
        turn(engine, delay=0.5, delaytime=0.025, delayfeedback=0, frame=100)
        engine.post_hit(0, 1.0, frame=100, params=[("orbit", ORBIT)])
        turn(engine, delay=0, frame=600)
        engine.post_hit(0, 1.0, frame=600, params=[("orbit", ORBIT)])
        out = engine.render(1000)[:, 0]
        assert list(np.flatnonzero(out)) == [100, 300, 600]
        assert out[300] == 0.25


def echo_of_a_turn(before, after):
    """What an orbit's echo makes of a steady sound while its send is turned on frame 500."""
    with small_engine() as engine:
        turn(engine, delay=before, delaytime=0.1, delayfeedback=0)
        turn(engine, delay=after, frame=500)
        load(engine, 0, flat(1600, 0.25))
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT)])
        return engine.render(2400)[800:, 0] - 0.25 * (np.arange(800, 2400) < 1600)


@pytest.mark.parametrize(
    ("before", "after", "slew"),
    [(0.0, 1.0, MS), (1.0, 0.0, MS), (0.25, 0.75, 20 * MS), (0.75, 0.25, 20 * MS)],
)
def test_a_send_is_a_ramp_while_its_orbit_sounds(before, after, slew):
    echo = echo_of_a_turn(before, after)
    line = np.linspace(0.25 * before, 0.25 * after, slew + 1)
    np.testing.assert_allclose(echo[:500], line[0], atol=1e-6)
    np.testing.assert_allclose(echo[499 : 500 + slew], line, atol=1e-6)
    np.testing.assert_allclose(echo[500 + slew :], line[-1], atol=1e-6)


def test_a_change_of_time_is_a_crossfade():
    """A slow sine: the old echo and the new differ in phase, and nothing steps."""
    wave = 0.2 * np.sin(2 * np.pi * 50 * np.arange(1600) / RATE)
    with small_engine() as engine:
        turn(engine, delay=1, delaytime=0.02, delayfeedback=0.5)
        turn(engine, delaytime=0.05, frame=1000)
        turn(engine, delaytime=0.013, frame=1100)  # in the midst of the crossfade
        turn(engine, delaytime=0.1, frame=1300)
        load(engine, 0, wave)
        engine.render(200)
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT)])
        out = engine.render(1500)[:, 0]
        assert np.abs(np.diff(out)).max() < 3 * 0.2 * 2 * np.pi * 50 / RATE


def test_after_a_change_of_time_the_echo_is_on_its_new_frame():
    with small_engine() as engine:
        turn(engine, delay=1, delaytime=0.02, delayfeedback=0)
        out = echoes(engine, 1000, delaytime=0.06)
        assert list(np.flatnonzero(out)) == [0, 480]
        out = echoes(engine, 1000, delaytime=0.03)
        assert list(np.flatnonzero(np.abs(out) > 1e-6)) == [0, 240]


def test_energy_stays_bounded_at_the_highest_feedback():
    noise = np.random.default_rng(1).uniform(-0.05, 0.05, 1600).astype(np.float32)
    with small_engine() as engine:
        out = echoes(engine, 40 * RATE, noise, delay=1, delaytime=0.05, delayfeedback=0.99)
        loud = np.abs(out).reshape(-1, RATE).max(axis=1)
        assert loud.max() <= 0.05 / (1 - 0.99)
        assert loud[-1] < loud[2] / 10


def test_when_its_tail_is_over_the_delay_sleeps_and_its_silence_is_exact():
    with small_engine() as engine:
        out = echoes(engine, 400 * 40, delay=1, delaytime=0.05, delayfeedback=0.5)
        last = 400 * 20  # 0.5 times 0.5 ** 19 is just below -120 dB
        assert out[last - 400] != 0
        assert not out[last + 400 :].any()
        assert not awake(engine)
        assert list(np.flatnonzero(echoes(engine, 500, delayfeedback=0)))[:2] == [0, 400]


def test_an_echo_is_not_heard_again_by_who_wakes_the_delay():
    with small_engine() as engine:
        echoes(engine, 6000, delay=1, delaytime=0.05, delayfeedback=0)
        assert not awake(engine)
        out = echoes(engine, 3000, delaytime=0.3)
        assert list(np.flatnonzero(out)) == [0, 2400]


def test_panic_silences_the_echoes_within_five_milliseconds():
    with small_engine() as engine:
        echoes(engine, 450, flat(400, 0.5), delay=1, delaytime=0.05, delayfeedback=0.9)
        assert engine.render(1)[0, 0] > 0.4
        engine.post_panic()
        out = engine.render(2000)[:, 0]
        assert np.abs(np.diff(out)).max() <= 0.5 / (5 * MS) + 1e-6
        assert out[0] > 0.4
        assert not out[5 * MS :].any()


def test_what_is_struck_after_a_panic_echoes_in_full():
    with small_engine() as engine:
        echoes(engine, 450, flat(400, 0.25), delay=1, delaytime=0.05, delayfeedback=0.5)
        load(engine, 0, IMPULSE)
        engine.post_panic()
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT)])
        out = engine.render(1000)[:, 0]
        np.testing.assert_allclose(out[[400, 800]], [0.5, 0.25], atol=1e-6)


def test_no_echo_turns_denormal():
    with small_engine() as engine:
        echoes(engine, 100, flat(1600, 0.25), delay=1, delaytime=0.0, delayfeedback=0.5)
        engine.post_choke(None)
        engine.render(1000)
        lines = engine.memory.lines
        tiny = np.finfo(np.float32).tiny
        assert not ((lines != 0) & (np.abs(lines) < tiny)).any()


def test_nan_and_infinity_as_values_become_values_of_the_row():
    with small_engine() as engine:
        assert engine.post_orbit(0, "delaytime", float("nan")) == 0.25
        assert engine.post_orbit(0, "delayfeedback", float("inf")) == 0.99
        assert engine.post_orbit(0, "room", float("-inf")) == 0.0


def test_a_voice_as_loud_as_infinity_does_not_stay_in_the_line():
    with small_engine() as engine:
        turn(engine, delay=1, delaytime=0.01, delayfeedback=0.9, room=1)
        engine.render(200)
        load(engine, 0, flat(40, 0.5))
        engine.post_hit(0, 1.0, params=[("orbit", ORBIT)], amplitude=float("inf"))
        engine.render(100)
        out = echoes(engine, 400, delay=1)
        assert np.isfinite(out).all()
        assert np.isfinite(engine.memory.lines).all()


def test_an_orbit_that_is_not_there_is_refused():
    with small_engine() as engine:
        with pytest.raises(ValueError, match="orbit is 12; orbits are numbered 0 to 11"):
            engine.post_orbit(12, "room", 1.0)
        with pytest.raises(KeyError, match="did you mean 'room'"):
            engine.post_orbit(0, "rom", 1.0)
        assert engine.orbit_value(2, "size") == 0.1
