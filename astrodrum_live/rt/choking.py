"""Silence on purpose: what a hit chokes, and panic."""

from astrodrum_live.params import MAX_PADS, PAD_INDEX
from astrodrum_live.rt.counters import CHOKED, rt_count
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.voice import FREE, rt_fade_out, rt_frames, rt_voice_slots

PANIC_FADE_MS = 5.0

_CHOKE_FADE = PAD_INDEX["choke_fade"]


@realtime
def rt_choke(mem, mask, frame):
    """Fade the voices of the pads in ``mask`` that began before ``frame``.

    Simultaneous hits all sound: only what is older is choked. Thread: callback. Realtime-safe: yes.
    """
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != FREE and (mask >> voice.pad) & 1 and voice.born < frame:
            fade_ms = mem.pad_value[voice.pad, _CHOKE_FADE]
            if rt_fade_out(mem, voice, rt_frames(mem, fade_ms)):
                rt_count(mem, CHOKED)


@realtime
def rt_panic(mem):
    """Fade everything within 5 ms. Thread: callback. Realtime-safe: yes."""
    fade = rt_frames(mem, PANIC_FADE_MS)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != FREE:
            rt_fade_out(mem, voice, fade)


@realtime
def rt_all_pads():
    """The mask of every pad. Thread: any. Realtime-safe: yes."""
    return (1 << MAX_PADS) - 1
