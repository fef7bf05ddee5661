"""From the command to something that can be struck."""

import time
from collections.abc import Iterator
from functools import partial

from astrodrum_live.bench.whole import start_s
from astrodrum_live.control.patch_file import find_patch
from astrodrum_live.latency.graph import jack_server
from astrodrum_live.latency.scsynth import Scsynth
from benchmarks.peers import Tell, beside
from benchmarks.rows import Row, in_turns

RATE, BLOCK, TURNS = 48000, 64, 5
MOST_S = 1.0


def measure(tell: Tell) -> Iterator[Row]:
    """Ours to a kit of frozen hits on the null device; scsynth to a synth and twelve buffers."""
    yield from beside(["scsynth", "jackd"], _both, tell)


def _both() -> Iterator[Row]:
    patch = find_patch("default")
    with jack_server(BLOCK, RATE):
        ours, theirs = in_turns([partial(start_s, patch), _scsynth_s], TURNS)
    note = "to a whole kit; scsynth, JACK running already, to one synth and twelve buffers"
    yield Row("from the command to playable", "s", ours, "scsynth", theirs, bound=MOST_S, note=note)


def _scsynth_s() -> float:
    began = time.monotonic()
    peer = Scsynth(RATE, BLOCK)
    seconds = time.monotonic() - began
    peer.end()  # politely: a killed server leaves its shared memory behind
    return seconds
