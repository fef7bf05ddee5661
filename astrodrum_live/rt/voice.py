"""What a voice is: a record, a copy of a hit in the arena, and a life that ends in a fade."""

import numpy as np

from astrodrum_live.params import OWN_ROWS, PAD_INDEX
from astrodrum_live.rt.counters import VOICES
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import GUARD
from astrodrum_live.rt.ramps import rt_ramp_to

FREE, LIVE, DYING = 0, 1, 2
PANIC_FADE_MS = 5.0

_PAD_ROW = np.array([PAD_INDEX[row.name] for row in OWN_ROWS])


@realtime
def rt_voice_slots(mem):
    """How many voice records are in use: as many may be dying as live.

    Thread: any. Realtime-safe: yes.
    """
    return 2 * mem.voices


@realtime
def rt_voice_start(mem, arena, index):
    """Where in the arena a voice's samples begin: behind all the rings.

    Thread: any. Realtime-safe: yes.
    """
    return arena.size - (rt_voice_slots(mem) - index) * (mem.hit_frames + GUARD)


@realtime
def rt_fade_out(mem, voice, frames):
    """Send a voice to silence and to its end; False if it is going there as soon already.

    Thread: callback. Realtime-safe: yes.
    """
    if voice.state == LIVE:
        mem.counter[VOICES] -= 1
    elif voice.ramp_frames - voice.ramp_at <= frames:
        return False
    rt_ramp_to(voice, 0.0, 0.0, frames)
    voice.state = DYING
    voice.release_in = -1
    return True


@realtime
def rt_frames(mem, ms):
    """Milliseconds to whole frames. Thread: callback. Realtime-safe: yes."""
    return np.int64(ms * 1e-3 * mem.rate)


@realtime
def rt_panic_frames(mem):
    """Frames in which a panic silences everything. Thread: callback. Realtime-safe: yes."""
    return rt_frames(mem, PANIC_FADE_MS)


@realtime
def rt_own(value, pads):
    """The hit's own value, or the pad's where the hit has none (NaN).

    Thread: any. Realtime-safe: yes.
    """
    return pads if np.isnan(value) else np.float64(value)


@realtime
def rt_row(mem, command, row):
    """What a hit has for row ``row`` of ``OWN_ROWS``: its own value, or its pad's.

    Thread: callback. Realtime-safe: yes.
    """
    return rt_own(command.own[row], mem.pad_value[command.pad, _PAD_ROW[row]])
