"""Voices a core can sound: voices times real time in processor time, all sounding at once."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.latency.graph import jack_server
from astrodrum_live.layers import MIDDLE
from benchmarks import score
from benchmarks.peers import Tell, beside
from benchmarks.rows import Row, in_turns

RATE, BLOCK, VOICES = 48000, 64, 256
HIT_S = 0.38
PITCH = -5.0  # semitones
STEP = 2 ** (PITCH / 12)
TURNS, FEW_TURNS = 5, 3
STRETCHES, BLOCKS, SETTLE = 20, 100, 10  # blocks: until stolen voices have died away
SHORT_S, LONG_S = 1.0, 5.0  # of a score: what both cost, starting and loading, is no voice's
PATIENCE_S = 20.0
PLAYERS = Path(__file__).parent / "players"
UNPITCHED = "voices x real time on a core, unpitched"
PITCHED = "voices x real time on a core, at another rate"


def measure(tell: Tell) -> Iterator[Row]:
    """Ours beside each peer in turn."""
    yield from beside(["scsynth"], _beside_scsynth, tell)
    yield from beside(["signalflow"], _beside_signalflow, tell)
    yield from beside(["rtmixer", "jackd"], _beside_rtmixer, tell)


def noise() -> np.ndarray:
    """The hit that all of them play."""
    return np.random.default_rng(1).standard_normal(int(HIT_S * RATE)).astype(np.float32) * 0.01


def ours(pitch: float) -> float:
    """Voices times real time of the whole callback, limiter and all."""
    engine = Engine(EngineConfig(rate=RATE, block=BLOCK, voices=VOICES, hit_seconds=HIT_S + 0.02))
    try:
        engine.rings.push(0, MIDDLE, noise(), RATE, 1, 1)
        engine.post_set(0, "pitch", pitch)
        out = np.empty((BLOCK, 2), np.float32)
        rates = []
        for _ in range(STRETCHES):
            for _ in range(VOICES):
                engine.post_hit(0, 0.5)
            for _ in range(SETTLE):
                engine.call_back(out)
            began = time.thread_time()
            for _ in range(BLOCKS):
                engine.call_back(out)
            seconds = time.thread_time() - began
            rates.append(engine.counters()["voices"] * BLOCKS * BLOCK / RATE / seconds)
        return float(np.median(rates))
    finally:
        engine.close()


def _beside_scsynth() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        theirs = partial(_scsynth, Path(name))
        flat, flat_own, flat_one, flat_mono, bent, bent_own, bent_one = in_turns(
            [partial(ours, 0.0), partial(theirs, "panned", 1.0, VOICES),
             partial(theirs, "panned", 1.0, 1), partial(theirs, "mono", 1.0, VOICES),
             partial(ours, PITCH), partial(theirs, "panned", STEP, VOICES),
             partial(theirs, "panned", STEP, 1)],
            TURNS,
        )  # fmt: skip
    panned = "its voice: PlayBuf, Pan2, Out"
    own, one = "every voice a buffer of its own, as ours", "all voices one buffer"
    mono = f"its cheapest voice, mono: PlayBuf, Out; {own}"
    yield Row(UNPITCHED, "", flat, "scsynth", flat_own, True, 6.0, note=f"{panned}; {own}")
    yield Row(UNPITCHED, "", flat, "scsynth", flat_one, True, 6.0, note=f"{panned}; {one}")
    yield Row(UNPITCHED, "", flat, "scsynth", flat_mono, True, 6.0, note=mono)
    cubic = f"both cubic; {panned}"
    yield Row(PITCHED, "", bent, "scsynth", bent_own, True, 2.0, note=f"{cubic}; {own}")
    yield Row(PITCHED, "", bent, "scsynth", bent_one, True, 2.0, note=f"{cubic}; {one}")


def _scsynth(folder: Path, graph: str, rate: float, buffers: int) -> float:
    hit = folder / "hit.wav"
    soundfile.write(hit, noise(), RATE, subtype="FLOAT")
    spent = []
    for seconds in (SHORT_S, LONG_S):
        written = score.score(hit, graph, rate, VOICES, seconds, buffers)
        before = _children_s()
        score.render(folder, written, RATE, BLOCK, PATIENCE_S)
        spent.append(_children_s() - before)
    return VOICES * (LONG_S - SHORT_S) / (spent[1] - spent[0])


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _beside_signalflow() -> Iterator[Row]:
    flat, theirs, bent, theirs_bent = in_turns(
        [partial(ours, 0.0), partial(_player, "signalflow", 1.0),
         partial(ours, PITCH), partial(_player, "signalflow", STEP)],
        FEW_TURNS,
    )  # fmt: skip
    linear = "ours cubic, its BufferPlayer linear"
    yield Row(UNPITCHED, "", flat, "signalflow", theirs, True, note="BufferPlayer, StereoPanner")
    yield Row(PITCHED, "", bent, "signalflow", theirs_bent, True, note=linear)


def _beside_rtmixer() -> Iterator[Row]:
    """It needs a stream: PortAudio's, on a JACK server's dummy driver."""
    with jack_server(BLOCK, RATE):
        flat, theirs = in_turns([partial(ours, 0.0), partial(_player, "rtmixer", 1.0)], FEW_TURNS)
    note = "mono, no gain, no pan, no rate; in a stream, less the idle stream's cost"
    yield Row(UNPITCHED, "", flat, "rtmixer", theirs, True, note=note)


def _player(name: str, rate: float) -> float:
    """What a script of ``players/`` says, in a process of its own."""
    command = [sys.executable, str(PLAYERS / f"{name}_voices.py"), str(VOICES), str(rate)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    return float(json.loads(done.stdout.splitlines()[-1])["x_real_time"])
