"""Offline: the scheduler and the callback under a made-up clock whose blocks come late at random.

No device and no waiting: the same seed gives the same figures to the last digit.
"""

import threading
import time
from collections.abc import Callable

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Event, Hit
from astrodrum_live.engine.engine import Engine
from astrodrum_live.latency.finding import find_bursts
from astrodrum_live.latency.judging import judge
from astrodrum_live.latency.sounds import bursts
from astrodrum_live.latency.stages import Result
from astrodrum_live.latency.streams import FIRST_NOTE, PADS, Stream, note_on
from astrodrum_live.layers import LAYERS
from astrodrum_live.live.scheduler import Scheduler

RATE = 48000
BLOCKS = (32, 64, 128, 256, 512, 1024)
JITTER_MS = 3.0  # how late a block's callback may be woken, evenly from 0
SETTLE_S = 4.0  # until the clock map runs at its final bandwidth (rt/clock.py)
BEGIN_NS = 5_000_000_000
TAIL_S = 0.3
LEAD_NS = 100_000_000  # a tagged stroke is sent so long before it is due
PATIENCE_S = 10.0

Wire = Callable[[int], tuple[int, ...]]  # stroke -> ns by which each of its copies is delayed
PLAIN: Wire = lambda stroke: (0,)  # noqa: E731


def run_offline(
    stream: Stream, timing: str, block: int, seed: int = 1, *, tagged: bool = False,
    jitter_ms: float = JITTER_MS, wire: Wire = PLAIN, stop: threading.Event | None = None,
) -> Result:  # fmt: skip
    """Play ``stream`` and find it again. ``wire``: what becomes of a stroke on its way to the port.

    ``tagged``: strokes with a due time 0.1 s ahead. ``stop``: when set, what was played counts.
    """
    world = _World(timing, block, jitter_ms, seed)
    try:
        sent_ns = BEGIN_NS + round(SETTLE_S * 1e9) + np.round(stream.at_s * 1e9).astype(np.int64)
        lead_ns = LEAD_NS if tagged else 0
        arrivals = [
            (sent_ns[stroke] + delay_ns, note_on(pad), sent_ns[stroke] + lead_ns)
            for stroke, pad in enumerate(stream.pads)
            for delay_ns in wire(stroke)
        ]
        arrivals += [(sent_ns[0] + round(at * 1e9), message, 0) for at, message in stream.others]
        played = world.play(sorted(arrivals), tagged, stop)
        sound, obeyed = world.sound(), world.obeyed()
    finally:
        world.close()
    known = int(np.searchsorted(sent_ns, played)) if stop and stop.is_set() else len(stream)
    output_ns = BEGIN_NS + jitter_ms * 1e6  # a device whose blocks may be late holds so much back
    sounded = [output_ns + frames * 1e9 / RATE for frames in find_bursts(sound, bursts(RATE))]
    return judge(
        f"{timing} {block}", stream.name, RATE, block, stream.pads[:known], sent_ns[:known],
        sent_ns[:known] + lead_ns, sounded, {"block": obeyed}, tagged,
        {"path": "offline", "jitter_ms": jitter_ms},
    )  # fmt: skip


class _World:
    """An engine without a device, its scheduler, and the time."""

    def __init__(self, timing: str, block: int, jitter_ms: float, seed: int) -> None:
        config = EngineConfig(rate=RATE, block=block, timing=timing, hit_seconds=0.05)
        self._engine = Engine(config)
        for pad, hit in enumerate(bursts(RATE).astype(np.float32) / 4):
            for layer in range(LAYERS):
                self._engine.rings.push(pad, layer, hit, RATE, 1, 1)
        self._block, self._posted = block, 0
        self._late_ns = jitter_ms * 1e6
        self._seed = seed
        self._woken_ns = BEGIN_NS
        self._blocks: list[np.ndarray] = []
        self._log: list[np.ndarray] = []
        self._scheduler = Scheduler(self._engine, _read, lambda _: None)
        self._scheduler.start()

    def close(self) -> None:
        self._scheduler.close()
        self._engine.close()

    def play(
        self, arrivals: list[tuple[int, bytes, int]], tagged: bool, stop: threading.Event | None
    ) -> int:
        """Every message at its time of arrival; the time at which it ended."""
        last_ns = arrivals[-1][0] if arrivals else self._woken_ns
        for at_ns, message, due_ns in arrivals:
            if stop and stop.is_set():
                last_ns = self._woken_ns
                break
            self._render_until(at_ns)
            self._post(message, int(at_ns), int(due_ns), tagged)
        ended = self._woken_ns
        self._render_until(last_ns + round(TAIL_S * 1e9) if arrivals else ended)
        return ended

    def sound(self) -> np.ndarray:
        """What came out, (frames,)."""
        return np.concatenate(self._blocks).mean(axis=1)

    def obeyed(self) -> list[np.ndarray]:
        """Of each pad the ideal times of the frames at which its hits were obeyed, ns."""
        log = np.concatenate([*self._log, self._engine.drain_played()])
        at_ns = BEGIN_NS + log["frame"] * 1e9 / RATE
        return [at_ns[log["pad"] == pad] for pad in range(PADS)]

    def _post(self, message: bytes, at_ns: int, due_ns: int, tagged: bool) -> None:
        """Returns when what the message asks for is in the ring."""
        if tagged and _read(message):
            self._scheduler.post(_read(message)[0], at_ns, due_ns)
        else:
            self._scheduler.post_midi((message, at_ns, "lab"))
        self._posted += len(_read(message))
        deadline_s = time.monotonic() + PATIENCE_S
        while int(self._engine.memory.header["command_write"][0][0]) < self._posted:
            if time.monotonic() > deadline_s:
                raise RuntimeError("the control thread does not answer")
            time.sleep(1e-5)

    def _render_until(self, time_ns: int) -> None:
        """The blocks whose callback is woken before ``time_ns``: none before its due time, nor
        before the one ahead of it."""
        while True:
            frame = self._engine.frame
            due_ns = BEGIN_NS + frame * 1_000_000_000 // RATE
            # drawn by the block's number, so that asking twice gives the same
            late_ns = np.random.default_rng((self._seed, frame)).random() * self._late_ns
            woken_ns = max(self._woken_ns + 1, due_ns + round(late_ns))
            if woken_ns >= time_ns:
                return
            self._woken_ns = woken_ns
            self._blocks.append(self._engine.render(self._block, at_ns=woken_ns))
            self._log.append(self._engine.drain_played())


def _read(message: bytes, *_: object) -> tuple[Event, ...]:
    pad = message[1] - FIRST_NOTE if len(message) == 3 and message[0] == 0x99 else -1
    return (Hit(pad, 1.0),) if 0 <= pad < PADS else ()
