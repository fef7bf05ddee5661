"""Silence on purpose: what a hit chokes, what it cuts, and panic."""

from astrodrum_live.params import MAX_PADS, PAD_INDEX
from astrodrum_live.rt.counters import CHOKED, rt_count
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.orbits import rt_silence_orbits
from astrodrum_live.rt.voice import FREE, rt_fade_out, rt_frames, rt_panic_frames, rt_voice_slots

CUT_FADE_MS = 1.0  # SuperDirt's fadeTime

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
def rt_cut(mem, group, orbit, pad, frame):
    """Fade the orbit's voices of a cut group that began before ``frame``, as SuperDirt does.

    ``group`` > 0: those of all pads that have it, with either sign; < 0: those of ``pad`` alone;
    0: none. Thread: callback. Realtime-safe: yes.
    """
    if group == 0:
        return
    fade = rt_frames(mem, CUT_FADE_MS)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == FREE or voice.born >= frame or voice.orbit != orbit:
            continue
        meant = abs(voice.cut) == abs(group) and (group > 0 or voice.pad == pad)
        if meant and rt_fade_out(mem, voice, fade):
            rt_count(mem, CHOKED)


@realtime
def rt_panic(mem, frame):
    """Fade everything within 5 ms, echoes and reverberation too.

    Thread: callback. Realtime-safe: yes.
    """
    fade = rt_panic_frames(mem)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != FREE:
            rt_fade_out(mem, voice, fade)
    rt_silence_orbits(mem, frame)


@realtime
def rt_all_pads():
    """The mask of every pad. Thread: any. Realtime-safe: yes."""
    return (1 << MAX_PADS) - 1
