"""The map from the computer's clock to frames, under callback times that jitter, drift and jump."""

import numpy as np
import pytest
from small_world import small_engine

RATE = 48000
BLOCK = 128
START_NS = 1_000_000_000_000
UNDERFLOW = 4


def callback_times(blocks, drift_ppm=0.0, jitter_ms=0.0, seed=0):
    """When the callbacks should have come, and when they came: ns, and jitter is only ever late."""
    true = START_NS + np.arange(blocks) * BLOCK * 1e9 / RATE * (1 + drift_ppm * 1e-6)
    late = np.random.default_rng(seed).exponential(jitter_ms * 1e6, blocks) if jitter_ms else 0.0
    return true, true + late


def follow(engine, given):
    out = np.empty((BLOCK, 2), np.float32)
    for at_ns in given:
        engine._header[0]["given_ns"] = int(at_ns)
        engine.call_back(out)


def test_before_the_first_callback_there_is_no_frame():
    with small_engine(rate=RATE) as engine:
        assert engine.frame_at(START_NS) == -1.0


def test_a_steady_clock_is_followed_exactly():
    with small_engine(rate=RATE) as engine:
        true, given = callback_times(200)
        follow(engine, given)
        assert engine.frame_at(int(true[-1])) == pytest.approx(199 * BLOCK, abs=0.01)
        assert engine.frame_at(int(true[-1]) + 10_000_000) == pytest.approx(
            199 * BLOCK + 480, abs=0.02
        )


@pytest.mark.parametrize("drift_ppm", [-80.0, 0.0, 80.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_jitter_and_drift_leave_a_few_hundredths_of_a_millisecond(drift_ppm, seed):
    jitter_ms, settle, steps = 0.4, 20 * RATE // BLOCK, 30
    with small_engine(rate=RATE) as engine:
        true, given = callback_times(70 * RATE // BLOCK, drift_ppm, jitter_ms, seed)
        follow(engine, given[:settle])
        errors_ms = []
        for end in range(settle, len(given) - steps, steps):
            follow(engine, given[end : end + steps])
            last = end + steps - 1
            frame = engine.frame_at(int(true[last]))
            errors_ms.append((frame - last * BLOCK) * 1e3 / RATE)
        constant = float(np.mean(errors_ms))
        assert np.std(errors_ms) < 0.03  # ms; about 0.015 is usual
        assert constant == pytest.approx(-jitter_ms, abs=0.1)  # the mean lateness, and it stays
        assert engine.counters()["clock_resets"] == 0


@pytest.mark.parametrize("drift_ppm", [-100.0, 100.0])
def test_half_an_hour_with_a_clock_that_is_off_leaves_a_fifth_of_a_millisecond(drift_ppm):
    """An unmapped clock would be 180 ms away by then."""
    block, minutes = 2048, 30
    blocks = minutes * 60 * RATE // block
    with small_engine(rate=RATE, block=block) as engine:
        out = np.empty((block, 2), np.float32)
        worst_ms = 0.0
        for index in range(blocks):
            at_ns = START_NS + index * block * 1e9 / RATE * (1 + drift_ppm * 1e-6)
            engine._header[0]["given_ns"] = int(at_ns)
            engine.call_back(out)
            if index % 50 == 49 and index * block > 10 * RATE:
                ahead_ns = 0.2e9 * (1 + drift_ppm * 1e-6)  # a time tag of 200 ms
                error = engine.frame_at(int(at_ns + ahead_ns)) - (index * block + 0.2 * RATE)
                worst_ms = max(worst_ms, abs(error) * 1e3 / RATE)
        assert worst_ms < 0.2
        assert engine.drift_ppm() == pytest.approx(drift_ppm, abs=1.0)
        assert engine.counters()["clock_resets"] == 0


def test_before_the_first_callback_no_drift_is_known():
    with small_engine(rate=RATE) as engine:
        assert engine.drift_ppm() == 0.0


def test_frames_never_run_backwards_between_callbacks_that_jitter():
    with small_engine(rate=RATE) as engine:
        true, given = callback_times(20 * RATE // BLOCK, 50.0, 0.4)
        asked = true[:, None] + np.array([0.2, 0.6, 1.0]) * 1e9 * BLOCK / RATE
        frames = []
        for at_ns, times in zip(given[3000:], asked[3000:], strict=True):
            follow(engine, [at_ns])
            frames += [engine.frame_at(int(time)) for time in times]
        steps = np.diff(frames[3 * 750 :])
        assert (steps > 0).all()


def test_a_jump_of_the_clock_is_a_new_start_and_counted():
    with small_engine(rate=RATE) as engine:
        true, given = callback_times(2000, 0.0, 0.2)
        follow(engine, given)
        later = true[-1] + 1e9 * BLOCK / RATE + 60e6
        follow(engine, [later])
        assert engine.counters()["clock_resets"] == 1
        assert engine.frame_at(int(later)) == pytest.approx(2000 * BLOCK, abs=0.01)


def test_a_stall_shorter_than_that_is_jitter():
    with small_engine(rate=RATE) as engine:
        true, given = callback_times(3000)
        given = given.copy()
        given[2500] += 30e6
        follow(engine, given)
        assert engine.counters()["clock_resets"] == 0
        assert engine.frame_at(int(true[-1])) == pytest.approx(2999 * BLOCK, abs=0.3e-3 * RATE)


def test_an_xrun_is_counted_and_starts_the_clock_anew():
    from astrodrum_live.rt.doors import rt_callback

    with small_engine(rate=RATE) as engine:
        true, given = callback_times(500)
        follow(engine, given)
        out = np.empty((BLOCK, 2), np.float32)
        late = int(true[-1] + 8e6)
        engine._header[0]["given_ns"] = late
        address = engine.memory.address
        rt_callback.ctypes(None, out.ctypes.data, BLOCK, None, UNDERFLOW, address)
        assert engine.frame_at(late) == pytest.approx(500 * BLOCK, abs=0.01)
        assert engine.counters()["xruns"] == 1


def test_blocks_of_changing_size_are_followed():
    rng = np.random.default_rng(3)
    with small_engine(rate=RATE) as engine:
        frame = 0
        for frames in rng.integers(1, 1024, 3000).tolist():
            engine.render(frames, at_ns=int(START_NS + frame * 1e9 / RATE))
            frame += frames
        at_ns = int(START_NS + frame * 1e9 / RATE)
        assert engine.frame_at(at_ns) == pytest.approx(frame, abs=0.05)


def test_the_callback_reads_the_clock_that_arrivals_are_stamped_with():
    from astrodrum_live.now import now_ns

    with small_engine(rate=RATE) as engine:
        engine._header[0]["given_ns"] = 0
        before = now_ns()
        engine.call_back(np.empty((BLOCK, 2), np.float32))
        after = now_ns()
        assert engine.frame_at(before) <= 0.0 <= engine.frame_at(after)
