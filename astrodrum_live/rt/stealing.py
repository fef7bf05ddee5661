"""Room for a new voice: a free record, or one whose voice is missed the least."""

import numpy as np

from astrodrum_live.config import MAX_BLOCK
from astrodrum_live.rt.counters import CUT_OFF, STOLEN, VOICES, rt_count
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.ramps import rt_gains_now
from astrodrum_live.rt.voice import (
    DYING,
    FREE,
    LIVE,
    rt_fade_out,
    rt_frames,
    rt_voice_slots,
    rt_voice_start,
)

STEAL_FADE_MS = 5.0
LISTEN_FRAMES = 480  # how far ahead a voice's loudness is judged: half a period of 50 Hz


@realtime
def rt_free_voice(mem, arena):
    """A free record; where polyphony is reached, the quietest older voice is sent to die first.

    Thread: callback. Realtime-safe: yes.
    """
    if mem.counter[VOICES] >= mem.voices:
        victim = _quietest(mem, arena, LIVE, _mean_birth(mem))
        rt_fade_out(mem, mem.voice[victim], rt_frames(mem, STEAL_FADE_MS))
        rt_count(mem, STOLEN)
    for index in range(rt_voice_slots(mem)):
        if mem.voice[index].state == FREE:
            return index
    rt_count(mem, CUT_OFF)
    victim = _quietest(mem, arena, DYING, mem.frame + MAX_BLOCK)
    mem.voice[victim].state = FREE
    return victim


@realtime
def _quietest(mem, arena, state, youngest):
    """Of the voices in ``state`` born by ``youngest``, the one with the quietest coming samples."""
    best = -1
    lowest = np.float32(np.inf)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != state or voice.born > youngest:
            continue
        level = _coming_level(mem, arena, index)
        if best < 0 or level < lowest:
            lowest = level
            best = index
    return best


@realtime
def _mean_birth(mem):
    """Who is older is stolen first: cheaper than a median and as good at sparing the newest."""
    total = 0
    count = 0
    for index in range(rt_voice_slots(mem)):
        if mem.voice[index].state == LIVE:
            total += mem.voice[index].born - mem.frame
            count += 1
    return mem.frame + total // max(count, 1)


@realtime
def _coming_level(mem, arena, index):
    voice = mem.voice[index]
    start = rt_voice_start(mem, arena, index) + 1
    first = voice.phase >> 32
    last = min(first + LISTEN_FRAMES, voice.frames)
    level = np.float32(0.0)
    for i in range(start + first, start + last, 8):
        level = max(level, abs(arena[i]))
    now_left, now_right = rt_gains_now(voice)
    return level * max(now_left, now_right, voice.left, voice.right)
