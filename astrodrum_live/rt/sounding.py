"""Every voice's way through a block, in stretches in which nothing about it changes."""

import numpy as np

from astrodrum_live.rt.atomics import prefetch
from astrodrum_live.rt.counters import VOICES
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import CHUNK, GUARD
from astrodrum_live.rt.mixing import (
    FRACTION,
    ONE,
    rt_add_flat,
    rt_add_ramped,
    rt_add_two,
    rt_interpolate,
)
from astrodrum_live.rt.voice import (
    DYING,
    FREE,
    LIVE,
    rt_fade_out,
    rt_frames,
    rt_voice_slots,
    rt_voice_start,
)
from astrodrum_live.rt.voice_effects import rt_apply_effects

LINE = 16  # floats to a cache line
FAR = 512  # frames: in longer blocks the processor's own prefetching is enough
_NONE = np.int64(-1)
STOP_FADE_MS = 1.0  # where a rate has come to zero: what is left stands still


@realtime
def rt_mix_voices(mem, arena, at, frames):
    """Add ``frames`` of every sounding voice to the bus of its orbit, from index ``at`` on; for
    stems, to that of its pad.

    Returns a bit for each orbit that sounded. Thread: callback. Realtime-safe: yes.
    """
    heard = 0
    into = np.int64(0)
    left = mem.bus[0][0][at : at + frames]
    right = mem.bus[0][1][at : at + frames]
    kept, kept_gains = _NONE, (np.float32(0.0), np.float32(0.0))  # is added with the next
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == FREE:
            continue
        heard |= 1 << voice.orbit
        bus = np.int64(voice.pad if mem.stems else voice.orbit)
        steady = _is_steady(voice, frames)
        if kept != _NONE and not (steady and bus == into):
            rt_add_flat(left, right, arena[kept : kept + frames], kept_gains[0], kept_gains[1])
            kept = _NONE
        if bus != into:
            into = bus
            left = mem.bus[into][0][at : at + frames]
            right = mem.bus[into][1][at : at + frames]
        if steady:
            first = rt_voice_start(mem, arena, index) + 1 + (voice.phase >> 32)
            gains = (voice.left, voice.right)
            _prefetch_next(arena, first, frames)
            if kept == _NONE:
                kept, kept_gains = first, gains
            else:
                one, two = arena[kept : kept + frames], arena[first : first + frames]
                rt_add_two(left, right, one, kept_gains, two, gains)
                kept = _NONE
            voice.phase += frames << 32
            voice.release_in -= frames
        else:
            _mix_voice(mem, arena, index, left, right)
    if kept != _NONE:
        rt_add_flat(left, right, arena[kept : kept + frames], kept_gains[0], kept_gains[1])
    return heard


@realtime
def _is_steady(voice, frames):
    """True if nothing about the voice changes for so long: the common case, kept short."""
    return (
        voice.state == LIVE
        and voice.step == ONE
        and voice.bend_left == 0
        and voice.effects == 0
        and voice.ramp_at == voice.ramp_frames
        and voice.release_in > frames
        and voice.phase & FRACTION == 0
        and (voice.phase >> 32) + frames < voice.frames
    )


@realtime
def _prefetch_next(arena, first, frames):
    """For the next block, where this one reads ``frames`` samples from ``first`` on: 256 voices do
    not stay in the cache."""
    for line in range(first + frames, first + min(2 * frames, FAR), LINE):
        prefetch(arena, line)


@realtime
def _mix_voice(mem, arena, index, left, right):
    """One voice through stretches in which it neither changes ramp nor glide nor life."""
    voice = mem.voice[index]
    effects = mem.effects[index]
    start = rt_voice_start(mem, arena, index)
    hit = arena[start : start + voice.frames + GUARD]
    _prefetch_next(arena, start + (voice.phase >> 32), (left.size * voice.step) >> 32)
    done = 0
    while done < left.size and voice.state != FREE:
        frames = _stretch(voice, left.size - done)
        into_left, into_right = left[done : done + frames], right[done : done + frames]
        _mix_stretch(mem, voice, effects, hit, into_left, into_right)
        done += frames


@realtime
def _ended(voice):
    """True if the hit is over: a voice with effects goes on, for what they still have to say."""
    return voice.phase >= voice.frames << 32


@realtime
def _copies(voice):
    """True if the hit is read sample by sample."""
    return voice.step == ONE and voice.bend_left == 0 and voice.phase & FRACTION == 0


@realtime
def _stretch(voice, frames):
    """Frames, at least one, until something about the voice changes."""
    if voice.ramp_at < voice.ramp_frames:
        frames = min(frames, voice.ramp_frames - voice.ramp_at)
    if voice.release_in > 0:
        frames = min(frames, voice.release_in)
    if voice.effects:
        frames = min(frames, CHUNK)
        if _ended(voice):
            return frames
    left = (voice.frames << 32) - voice.phase
    if voice.bend_left > 0:
        fastest = max(voice.step, voice.step + voice.bend * voice.bend_left)
        return min(frames, voice.bend_left, (left + fastest - 1) // fastest, CHUNK)
    if _copies(voice):
        return min(frames, left >> 32)
    if left > (frames - 1) * voice.step:  # the common case, without a division
        return min(frames, CHUNK)
    return min(frames, (left + voice.step - 1) // voice.step, CHUNK)


@realtime
def _mix_stretch(mem, voice, effects, hit, left, right):
    frames = left.size
    if _copies(voice) and not voice.effects:
        first = (voice.phase >> 32) + 1
        samples = hit[first : first + frames]
    else:
        samples = mem.scratch[:frames]
        _read(mem, voice, hit, samples)
        if voice.effects:
            rt_apply_effects(effects, samples)
    if voice.ramp_at < voice.ramp_frames:
        rt_add_ramped(left, right, samples, voice)
    else:
        rt_add_flat(left, right, samples, voice.left, voice.right)
    _advance(mem, voice, frames)


@realtime
def _read(mem, voice, hit, into):
    """The voice's next samples, before its effects."""
    if _ended(voice):
        for i in range(into.size):
            into[i] = np.float32(0.0)
    elif _copies(voice):
        first = (voice.phase >> 32) + 1
        for i in range(into.size):
            into[i] = hit[first + i]
    else:
        rt_interpolate(into, hit, voice.phase, voice.step, voice.bend, mem.taps, mem.parts)


@realtime
def _advance(mem, voice, frames):
    if not _ended(voice):
        _go_on(voice, frames)
    if voice.ramp_at < voice.ramp_frames:
        voice.ramp_at += frames
        if voice.ramp_at == voice.ramp_frames and voice.state == DYING:
            voice.state = FREE
            return
    if _ended(voice):
        _turn_back_or_end(mem, voice)
        if voice.state == FREE:
            return
    if voice.release_in > 0:
        voice.release_in -= frames
    if voice.stops and voice.bend_left == 0 and voice.state == LIVE:
        rt_fade_out(mem, voice, rt_frames(mem, STOP_FADE_MS))
    elif voice.release_in == 0 and voice.state == LIVE:
        rt_fade_out(mem, voice, voice.release)


@realtime
def _go_on(voice, frames):
    """Move through the hit, and along the glide."""
    if voice.bend_left == 0:
        voice.phase += frames * voice.step
        return
    voice.phase += frames * voice.step + voice.bend * (frames * (frames - 1) // 2)
    voice.step += frames * voice.bend
    voice.bend_left -= frames
    if voice.bend_left == 0:
        voice.step = voice.step_target
        voice.bend = 0


@realtime
def _turn_back_or_end(mem, voice):
    """The hit is over: once more, or the last of its effects fades, or the voice is free."""
    whole = voice.frames << 32
    if voice.loops_left > 0:
        turns = min(voice.phase // whole, voice.loops_left)
        voice.phase -= turns * whole
        voice.loops_left -= turns
        if voice.phase < whole:
            return
    if not voice.effects:
        if voice.state == LIVE:
            mem.counter[VOICES] -= 1
        voice.state = FREE
    elif voice.state == LIVE:
        rt_fade_out(mem, voice, voice.release)
