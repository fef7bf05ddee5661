"""The engine: owner of the shared memory, and the doors into the callback."""

import ctypes
import os
import struct
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable
from ctypes import c_double, c_int, c_int64, c_void_p

import numpy as np

from astrodrum_live.config import PLAYED_SLOTS, EngineConfig
from astrodrum_live.engine.hit_rings import HitRings
from astrodrum_live.engine.left_behind import hold, remove_left_behind
from astrodrum_live.engine.stats import read_counters
from astrodrum_live.layers import LAYER_TABLE
from astrodrum_live.now import now_ns
from astrodrum_live.params import (
    MASTER_INDEX,
    MASTER_PARAMS,
    MAX_PADS,
    ORBIT_INDEX,
    ORBIT_PARAMS,
    ORBITS,
    OWN_INDEX,
    OWN_ROWS,
    PAD_INDEX,
    PAD_PARAMS,
    master_param,
    orbit_param,
    pad_param,
)
from astrodrum_live.rt.command_kinds import (
    CHOKE,
    HIT,
    HUSH,
    LOAD_CHOKES,
    LOAD_PAD,
    PANIC,
    SET_MASTER,
    SET_ORBIT,
    SET_PAD,
)
from astrodrum_live.rt.doors import frame_at, post, rt_callback
from astrodrum_live.rt.layout import COMMAND, PLAYED
from astrodrum_live.rt.memory import SharedMemory
from astrodrum_live.units import db_to_gain
from astrodrum_live.velocity import pad_velocity, velocity_gain

SOON = 0  # the frame that means: at the start of the next block
READY = (-1, 0)  # the sound that means: what the pad has ready

# A ``COMMAND`` up to a hit's own values, and these, on the way of every note: numpy takes ten times
# as long to take in a tuple.
_HEAD = struct.Struct("@qqiiifdiq")
_OWN = struct.Struct(f"@{len(OWN_ROWS)}f")
_OWN_AT = _HEAD.size
_FEEL = [PAD_INDEX[name] for name in ("floor", "ceiling", "fixed", "curve", "round_robin")]
_BELOW = [layer.below for layer in LAYER_TABLE[:-1]]  # what is no softer is of the next layer

# Called without letting go of the GIL, as ``Door.ctypes`` would: the call takes less than a
# microsecond, to get the GIL back a thread's whole turn.
_POST = ctypes.PYFUNCTYPE(c_int, c_void_p, c_void_p)
_FRAME_AT = ctypes.PYFUNCTYPE(c_double, c_void_p, c_int64)

_OBEYED = np.array([row.stage in ("voice", "trigger") for row in PAD_PARAMS])


class Engine:
    """The sounding half of the instrument, on whatever device calls ``rt_callback``.

    ``post_*`` doors may be called from any thread; a lock makes them one writer. They clamp floats
    to their rows and raise ``ValueError`` for a pad or an orbit that is not there.
    """

    def __init__(self, config: EngineConfig | None = None) -> None:
        self.config = config or EngineConfig()
        remove_left_behind()
        self.memory = SharedMemory(self.config)
        self._held = hold(self.memory.name)
        self.rings = HitRings(self.memory)
        self._header = self.memory.header
        self._lock = threading.Lock()
        self._plain, self._command = np.zeros((2, 1), COMMAND)
        self._plain["own"] = np.nan
        self._plain_bytes = self._plain.view(np.uint8).data
        self._command_bytes = self._command.view(np.uint8).data
        self._plain_at, self._command_at = self._plain.ctypes.data, self._command.ctypes.data
        self._post_command, self._frame_at = _POST(post.address), _FRAME_AT(frame_at.address)
        self._address = self.memory.address
        self.crowded = False  # whether the last that was posted had to wait for room
        self._frame = self._header["frame"]
        self.strokes_as_of = np.zeros(1, np.int64)  # outlives the shared memory, as a reader may
        self._held_back = np.zeros(MAX_PADS, bool)
        self._feeling = threading.Lock()
        self._pad_wanted = np.tile([row.default for row in PAD_PARAMS], (MAX_PADS, 1))
        self._master_wanted = np.array([row.default for row in MASTER_PARAMS])
        self._orbit_wanted = np.tile([row.default for row in ORBIT_PARAMS], (ORBITS, 1))
        self._chokes_wanted = [0] * MAX_PADS
        # What every stroke asks for, as plain numbers: numpy's are slow to reckon with.
        self._feel: list[tuple[float, ...]] = [()] * MAX_PADS
        self._felt(slice(None))
        header = self._header[0]
        header["pad_value"] = self._pad_wanted
        header["orbit_value"] = self._orbit_wanted
        feedback = self._orbit_wanted[:, ORBIT_INDEX["delayfeedback"]]
        header["orbit"]["delay"]["feedback"]["target"] = feedback
        header["master_value"] = self._master_wanted
        header["master_gain"] = db_to_gain(self._master_wanted[MASTER_INDEX["gain"]])
        header["limiter"] = 1.0
        header["ceiling"] = db_to_gain(self._master_wanted[MASTER_INDEX["ceiling"]])
        self.restart_clock()
        header["epoch"] = 1  # the frozen bank's hits carry 0: any made hit is newer

    def post_hit(
        self,
        pad: int,
        velocity: float,
        frame: int = SOON,
        params: Iterable[tuple[str, float]] = (),
        amplitude: float | None = None,
        sound: tuple[int, int] = READY,
    ) -> bool:
        """Strike a pad: ``velocity`` 0..1, ``params`` for this hit only. False if the ring is full.

        ``amplitude``: linear, instead of what the velocity's curve gives. ``sound``: slot and
        ticket of a hit made to order. Thread: any. Realtime-safe: no.
        """
        floor, ceiling, fixed, curve, _ = self._feel[_pad(pad)]
        struck = pad_velocity(velocity, floor, ceiling, fixed)
        loud = velocity_gain(struck, curve) if amplitude is None else max(amplitude, 0.0)
        layer = bisect_right(_BELOW, struck)
        own = self._overrides(params) if params else None
        return self._post((frame, 0, HIT, pad, layer, velocity, loud, *sound), own)

    def hold_back(self, pads: Iterable[int]) -> None:
        """These pads' strokes, and no others', play no fresh hit: whoever receives one must ask.

        Thread: any. Realtime-safe: no.
        """
        with self._feeling:
            self._held_back[:] = False
            self._held_back[list(pads)] = True
        self._felt(slice(None))

    def forget_strokes(self) -> None:
        """Who waits for strokes to post them (``StrokeReceiver``) posts nothing, and looks again:
        what they are known by is no longer true, or something must come before the next.

        Thread: any. Realtime-safe: no.
        """
        with self._feeling:
            self.strokes_as_of += 1

    def layer(self, pad: int, velocity: float) -> int:
        """The layer a stroke of ``velocity`` 0..1 would want. Thread: any. Realtime-safe: no."""
        return bisect_right(_BELOW, pad_velocity(velocity, *self._feel[_pad(pad)][:3]))

    def rounds(self, pad: int) -> int:
        """The latest wanted ``round_robin`` of a pad. Thread: any. Realtime-safe: no."""
        return int(self._feel[pad][4])

    def post_set(self, pad: int | None, name: str, value: float, frame: int = SOON) -> float:
        """Turn a row of a pad (None: of the master); returns the clamped value that was taken.

        A row of stage ``hit`` makes the pad's ready hits stale. Errors: ``KeyError`` naming the
        nearest row. Thread: any. Realtime-safe: no.
        """
        if pad is None:
            master = master_param(name)
            index, value = MASTER_INDEX[master.name], master.clamp(value)
            self._master_wanted[index] = value
            if master.stage != "control":
                self._post((frame, 0, SET_MASTER, -1, index, 0.0, value, *READY))
            return value
        row = pad_param(name)
        index, value = PAD_INDEX[row.name], row.clamp(value)
        self._pad_wanted[_pad(pad), index] = value
        if index in _FEEL:
            self._felt(slice(pad, pad + 1))
        if row.stage == "hit":
            self._header[0]["pad_value"][pad, index] = value
            self.renew(pad)
        elif row.stage != "control":
            self._post((frame, 0, SET_PAD, pad, index, 0.0, value, *READY))
        return value

    def post_row(self, pad: int, values: np.ndarray, frame: int = SOON) -> None:
        """Turn all rows of a pad at once, ``values`` (rows,) within their ranges: what differs from
        what is wanted. If any of stage ``hit`` does, the ready hits become stale, once.

        Thread: any. Realtime-safe: no.
        """
        changed = np.flatnonzero(self._pad_wanted[_pad(pad)] != values)
        self._pad_wanted[pad, changed] = values[changed]
        self._felt(slice(pad, pad + 1))
        stages = [PAD_PARAMS[index].stage for index in changed]
        for index, stage in zip(changed, stages, strict=True):
            if stage == "hit":
                self._header[0]["pad_value"][pad, index] = values[index]
            elif stage != "control":
                row = int(index), 0.0, float(values[index])
                self._post((frame, 0, SET_PAD, pad, *row, *READY))
        if "hit" in stages:
            self.renew(pad)

    def post_orbit(self, orbit: int, name: str, value: float, frame: int = SOON) -> float:
        """Turn a row of an orbit (0..11); returns the clamped value that was taken.

        Errors: ``KeyError`` naming the nearest row. Thread: any. Realtime-safe: no.
        """
        row = orbit_param(name)
        index, value = ORBIT_INDEX[row.name], row.clamp(value)
        self._orbit_wanted[_orbit(orbit), index] = value
        self._post((frame, 0, SET_ORBIT, orbit, index, 0.0, value, *READY))
        return value

    def post_choke(self, pad: int | None, frame: int = SOON) -> bool:
        """Fade what sounds on a pad (None: on all). Thread: any. Realtime-safe: no."""
        return self._post((frame, 0, CHOKE, -1 if pad is None else _pad(pad), 0, 0.0, 0.0, *READY))

    def post_panic(self) -> bool:
        """Silence within 5 ms and forget what is scheduled. Thread: any. Realtime-safe: no."""
        return self._post((SOON, 0, PANIC, -1, 0, 0.0, 0.0, *READY))

    def post_hush(self) -> bool:
        """Forget what is scheduled; what sounds rings on. Thread: any. Realtime-safe: no."""
        return self._post((SOON, 0, HUSH, -1, 0, 0.0, 0.0, *READY))

    def renew(self, pad: int) -> None:
        """Ask for new hits: those ready on the pad give way as newer ones come.

        Thread: any. Realtime-safe: no.
        """
        with self._lock:
            header = self._header[0]
            header["epoch_ns"][pad] = now_ns()
            header["epoch"][pad] += 1

    def load_values(self, pads: np.ndarray, master: Iterable[float]) -> None:
        """Take a whole kit's values, ``pads`` (pads, rows), for coming hits: ringing voices finish
        as they are. The rows of other pads become their defaults. Thread: any. Realtime-safe: no.
        """
        before = self._pad_wanted.copy()
        with self._lock:
            self._pad_wanted[:] = [row.default for row in PAD_PARAMS]
            self._pad_wanted[: len(pads)] = pads
            self._felt(slice(None))
            self._header[0]["pad_value"][:, ~_OBEYED] = self._pad_wanted[:, ~_OBEYED]
        for pad, index in np.argwhere((before != self._pad_wanted) & _OBEYED):
            value = self._pad_wanted[pad, index]
            self._post((SOON, 0, LOAD_PAD, pad, index, 0.0, value, *READY))
        for row, value in zip(MASTER_PARAMS, master, strict=True):
            self.post_set(None, row.name, value)

    def set_chokes(self, masks: Iterable[int]) -> None:
        """Per pad, the bit mask of the pads it silences. Thread: any. Realtime-safe: no."""
        wanted = dict.fromkeys(range(MAX_PADS), 0)
        wanted.update((_pad(pad), mask) for pad, mask in enumerate(masks))
        for pad, mask in wanted.items():
            if mask != self._chokes_wanted[pad]:
                self._chokes_wanted[pad] = mask
                self._post((SOON, 0, LOAD_CHOKES, pad, 0, 0.0, float(mask), *READY))

    def value(self, pad: int | None, name: str) -> float:
        """The latest wanted value of a row. Thread: any. Realtime-safe: no."""
        if pad is None:
            return float(self._master_wanted[MASTER_INDEX[master_param(name).name]])
        index = PAD_INDEX.get(name)  # subscriptions ask for every row, 30 times a second
        if index is None:
            index = PAD_INDEX[pad_param(name).name]
        return float(self._pad_wanted[_pad(pad), index])

    def drift_ppm(self) -> float:
        """How much slower than its nominal rate the device runs, by this computer's clock; 0 before
        the start. Thread: any. Realtime-safe: no.
        """
        ns_per_frame = float(self._header[0]["clock"]["ns_per_frame"])
        return (ns_per_frame * self.config.rate / 1e9 - 1.0) * 1e6 if ns_per_frame else 0.0

    def orbit_value(self, orbit: int, name: str) -> float:
        """The latest wanted value of a row of an orbit. Thread: any. Realtime-safe: no."""
        return float(self._orbit_wanted[_orbit(orbit), ORBIT_INDEX[orbit_param(name).name]])

    def row(self, pad: int) -> np.ndarray:
        """A pad's latest wanted values, (rows,) in the order of ``PAD_PARAMS``, a copy.

        Thread: any. Realtime-safe: no.
        """
        return self._pad_wanted[_pad(pad)].copy()

    @property
    def frame(self) -> int:
        """Frames rendered since the start. Thread: any. Realtime-safe: no."""
        return self._frame.item()

    def frame_at(self, time_ns: int) -> float:
        """The frame that is rendered at ``time_ns`` (``astrodrum_live.now``), -1 before the start.

        Thread: any. Realtime-safe: no.
        """
        return float(self._frame_at(self._address, time_ns))

    def restart_clock(self) -> None:
        """Begin the clock anew at the next block, for another device. Only while none runs.

        Thread: one. Realtime-safe: no.
        """
        self._header[0]["clock"]["since_reset"] = -1

    def counters(self) -> dict[str, int]:
        """All counters by name. Thread: any. Realtime-safe: no."""
        return read_counters(self._header)

    def drain_played(self) -> np.ndarray:
        """What has sounded since the last call, (n,) ``PLAYED``. Thread: one. Realtime-safe: no."""
        header = self._header[0]
        read, write = int(header["played_read"][0]), int(header["played_write"][0])
        entries = header["played"][np.arange(read, write) % PLAYED_SLOTS].copy()
        header["played_read"][0] = write
        return entries if entries.size else np.zeros(0, PLAYED)

    def post_again(self, command: np.void, frame: int, sound: tuple[int, int]) -> bool:
        """Obey a ``COMMAND`` that was noted in a take, at ``frame``, a hit with ``sound``.

        Thread: any. Realtime-safe: no.
        """
        again = command.copy()
        again["frame"] = frame
        again["sound"], again["ticket"] = sound
        with self._lock:
            self._command[0] = again
            return self._put(self._command_at)

    def take_peak(self) -> float:
        """The highest sample since the last call, linear. Thread: one. Realtime-safe: no."""
        peak = float(self._header[0]["peak"])
        self._header[0]["peak"] = 0.0
        return peak

    def render(self, frames: int, at_ns: int | None = None) -> np.ndarray:
        """The next frames, (frames, 2) float32, from the very callback a device would call.

        ``at_ns``: what the callback's clock reads, else frames / rate. Only where no device runs.
        Thread: one. Realtime-safe: no.
        """
        header = self._header[0]
        played_ns = int(header["frame"]) * 1_000_000_000 // self.config.rate
        header["given_ns"] = at_ns if at_ns is not None else played_ns + 1
        out = np.empty((frames, 2), np.float32)
        self.call_back(out)
        return out

    def call_back(self, out: np.ndarray) -> None:
        """Let the callback fill ``out`` (frames, channels).

        Thread: the device's. Realtime-safe: no, but all it calls is.
        """
        rt_callback.ctypes(None, out.ctypes.data, out.shape[0], None, 0, self.memory.address)

    def close(self) -> None:
        """Give the shared memory back. Only after the device has stopped.

        Thread: one. Realtime-safe: no.
        """
        self.forget_strokes()
        del self._header, self._frame, self.rings, self._address
        self.memory.close()
        if self._held is not None:
            os.close(self._held)

    def _felt(self, pads: slice) -> None:
        """These pads' values may have changed."""
        with self._feeling:  # who is last has seen what all others have turned
            wanted = self._pad_wanted[pads][:, _FEEL]
            self._feel[pads] = [tuple(rows) for rows in wanted.tolist()]
            self._header[0]["feel"][pads] = wanted[:, :4]
            self._header[0]["plain"][pads] = (wanted[:, 4] == 0) & ~self._held_back[pads]

    def _overrides(self, params: Iterable[tuple[str, float]]) -> tuple[float, ...]:
        own = [np.nan] * len(OWN_ROWS)
        for name, value in params:
            row = pad_param(name)
            if row.name in OWN_INDEX:
                own[OWN_INDEX[row.name]] = row.clamp(value)
        return tuple(own)

    def _post(self, head: tuple, own: tuple[float, ...] | None = None) -> bool:
        """``head``: a ``COMMAND`` up to its ``own``. None: no values of its own."""
        with self._lock:
            if own is None:
                _HEAD.pack_into(self._plain_bytes, 0, *head)
                return self._put(self._plain_at)
            _HEAD.pack_into(self._command_bytes, 0, *head)
            _OWN.pack_into(self._command_bytes, _OWN_AT, *own)
            return self._put(self._command_at)

    def _put(self, command_at: int) -> bool:
        if self._post_command(self._address, command_at):
            self.crowded = False
            return True
        self.crowded = True
        for _ in range(20):  # a full ring empties within a block or two
            time.sleep(1e-3)
            if self._post_command(self._address, command_at):
                return True
        return False


def _pad(pad: int) -> int:
    if not 0 <= pad < MAX_PADS:
        raise ValueError(f"pad is {pad}; pads are numbered 0 to {MAX_PADS - 1}")
    return pad


def _orbit(orbit: int) -> int:
    if not 0 <= orbit < ORBITS:
        raise ValueError(f"orbit is {orbit}; orbits are numbered 0 to {ORBITS - 1}")
    return orbit
