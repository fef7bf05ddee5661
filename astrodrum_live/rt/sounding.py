"""Every voice's way through a block, in stretches in which nothing about it changes."""

from astrodrum_live.rt.atomics import prefetch
from astrodrum_live.rt.counters import VOICES
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.memory import CHUNK, GUARD
from astrodrum_live.rt.mixing import FRACTION, ONE, rt_add_flat, rt_add_ramped, rt_interpolate
from astrodrum_live.rt.voice import (
    DYING,
    FREE,
    LIVE,
    rt_fade_out,
    rt_voice_slots,
    rt_voice_start,
)

LINE = 16  # floats to a cache line
FAR = 512  # frames: in longer blocks the processor's own prefetching is enough


@realtime
def rt_mix_voices(mem, arena, at, frames):
    """Add ``frames`` of every sounding voice to the mix, from index ``at`` on.

    Thread: callback. Realtime-safe: yes.
    """
    left = mem.mix[0][at : at + frames]
    right = mem.mix[1][at : at + frames]
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == FREE:
            continue
        if _is_steady(voice, frames):
            first = rt_voice_start(mem, arena, index) + 1 + (voice.phase >> 32)
            for line in range(first + frames, first + min(2 * frames, FAR), LINE):
                prefetch(arena, line)  # for the next block: 256 voices do not stay in the cache
            rt_add_flat(left, right, arena[first : first + frames], voice.left, voice.right)
            voice.phase += frames << 32
            voice.release_in -= frames
        else:
            _mix_voice(mem, arena, index, left, right)


@realtime
def _is_steady(voice, frames):
    """True if nothing about the voice changes for so long: the common case, kept short."""
    return (
        voice.state == LIVE
        and voice.step == ONE
        and voice.bend_left == 0
        and voice.ramp_at == voice.ramp_frames
        and voice.release_in > frames
        and voice.phase & FRACTION == 0
        and (voice.phase >> 32) + frames < voice.frames
    )


@realtime
def _mix_voice(mem, arena, index, left, right):
    """One voice through stretches in which it neither changes ramp nor glide nor life."""
    voice = mem.voice[index]
    start = rt_voice_start(mem, arena, index)
    hit = arena[start : start + voice.frames + GUARD]
    done = 0
    while done < left.size and voice.state != FREE:
        frames = _stretch(voice, left.size - done)
        _mix_stretch(mem, voice, hit, left[done : done + frames], right[done : done + frames])
        done += frames


@realtime
def _stretch(voice, frames):
    """Frames, at least one, until something about the voice changes."""
    if voice.ramp_at < voice.ramp_frames:
        frames = min(frames, voice.ramp_frames - voice.ramp_at)
    if voice.release_in > 0:
        frames = min(frames, voice.release_in)
    left = (voice.frames << 32) - voice.phase
    if voice.bend_left > 0:
        fastest = max(voice.step, voice.step + voice.bend * voice.bend_left)
        return min(frames, voice.bend_left, (left + fastest - 1) // fastest, CHUNK)
    if voice.step == ONE and voice.phase & FRACTION == 0:
        return min(frames, left >> 32)
    return min(frames, (left + voice.step - 1) // voice.step, CHUNK)


@realtime
def _mix_stretch(mem, voice, hit, left, right):
    frames = left.size
    if voice.step == ONE and voice.bend_left == 0 and voice.phase & FRACTION == 0:
        first = (voice.phase >> 32) + 1
        samples = hit[first : first + frames]
    else:
        samples = mem.scratch[:frames]
        rt_interpolate(samples, hit, voice.phase, voice.step, voice.bend)
    if voice.ramp_at < voice.ramp_frames:
        rt_add_ramped(left, right, samples, voice)
    else:
        rt_add_flat(left, right, samples, voice.left, voice.right)
    _advance(mem, voice, frames)


@realtime
def _advance(mem, voice, frames):
    if voice.bend_left > 0:
        voice.phase += frames * voice.step + voice.bend * (frames * (frames - 1) // 2)
        voice.step += frames * voice.bend
        voice.bend_left -= frames
        if voice.bend_left == 0:
            voice.step = voice.step_target
            voice.bend = 0
    else:
        voice.phase += frames * voice.step
    if voice.ramp_at < voice.ramp_frames:
        voice.ramp_at += frames
        if voice.ramp_at == voice.ramp_frames and voice.state == DYING:
            voice.state = FREE
            return
    if voice.phase >= voice.frames << 32:
        _end(mem, voice)
        return
    if voice.release_in > 0:
        voice.release_in -= frames
    if voice.release_in == 0 and voice.state == LIVE:
        rt_fade_out(mem, voice, voice.release)


@realtime
def _end(mem, voice):
    if voice.state == LIVE:
        mem.counter[VOICES] -= 1
    voice.state = FREE
