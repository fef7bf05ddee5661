"""The doors under several threads at once, while another renders: nothing lost, nothing torn."""

import threading

import numpy as np
from small_world import load, small_engine

RATE = 48000
BLOCK = 64


def rendering(engine, stop, given_ns=None):
    """Call back as a device would until told to stop; ``given_ns``: a clock in step with frames."""
    out = np.empty((BLOCK, 2), np.float32)
    while not stop.is_set():
        if given_ns is not None:
            frame = int(engine._header[0]["frame"])
            engine._header[0]["given_ns"] = given_ns + frame * 1_000_000_000 // RATE
        engine.call_back(out)


def in_background(target, *args):
    thread = threading.Thread(target=target, args=args)
    thread.start()
    return thread


def test_hits_from_four_threads_all_sound_and_each_threads_in_order():
    threads, hits = 4, 1000  # fewer in all than the log holds
    log = []

    def post(engine, pad):
        for number in range(hits):
            assert engine.post_hit(pad, number / hits)

    with small_engine(rate=RATE, voices=64, hit_seconds=0.05) as engine:
        for pad in range(threads):
            load(engine, pad, [0.0])
        stop = threading.Event()
        device = in_background(rendering, engine, stop)
        posters = [in_background(post, engine, pad) for pad in range(threads)]
        while any(poster.is_alive() for poster in posters):
            log.append(engine.drain_played())
        for poster in posters:
            poster.join()
        stop.set()
        device.join()
        engine.render(BLOCK)
        log.append(engine.drain_played())
        played = np.concatenate(log)
        assert engine.counters()["log_full"] == engine.counters()["pending_full"] == 0
        for pad in range(threads):
            velocities = played["velocity"][played["pad"] == pad]
            np.testing.assert_allclose(velocities, np.arange(hits) / hits, atol=1e-6)


def test_the_clock_read_while_it_is_written_is_never_torn():
    start = 1_000_000_000_000
    with small_engine(rate=RATE, hit_seconds=0.05) as engine:
        engine.render(BLOCK, at_ns=start)
        stop = threading.Event()
        device = in_background(rendering, engine, stop, start)
        try:
            errors = [engine.frame_at(start + 1_000_000_000) - RATE for _ in range(20_000)]
        finally:
            stop.set()
            device.join()
        assert max(abs(error) for error in errors) < 0.5
