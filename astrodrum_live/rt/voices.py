"""Voices: a copy of a hit each, with a gain ramp, a rate, an envelope and a life."""

import numpy as np

from astrodrum_live.config import MAX_BLOCK
from astrodrum_live.params import MAX_PADS, PAD_INDEX, PAD_PARAMS
from astrodrum_live.rt.atomics import prefetch
from astrodrum_live.rt.counters import (
    BAD_HITS,
    CHOKED,
    CUT_OFF,
    STOLEN,
    VOICES,
    VOICES_MAX,
    rt_count,
    rt_highest,
)
from astrodrum_live.rt.hit_ring import slot_start
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.memory import CHUNK, GUARD
from astrodrum_live.rt.mixing import (
    FRACTION,
    ONE,
    rt_add_flat,
    rt_add_ramped,
    rt_interpolate,
)
from astrodrum_live.rt.ramps import rt_db, rt_gains_now, rt_pan, rt_ramp_to

FREE, LIVE, DYING = 0, 1, 2
STEAL_FADE_S = 5e-3
LINE = 16  # floats to a cache line
FAR = 512  # frames: in longer blocks the processor's own prefetching is enough
ABSURD = np.float32(64.0)  # +36 dBFS: no hit is that loud, so the data is broken
FAINT = np.float32(1e-20)  # -400 dB: below, products turn denormal, a hundred times as slow
LISTEN_FRAMES = 480  # how far ahead a voice's loudness is judged: half a period of 50 Hz

_GAIN = PAD_INDEX["gain"]
_PAN = PAD_INDEX["pan"]
_PITCH = PAD_INDEX["pitch"]
_ATTACK = PAD_INDEX["attack"]
_HOLD = PAD_INDEX["hold"]
_RELEASE = PAD_INDEX["release"]
_CHOKE_FADE = PAD_INDEX["choke_fade"]
_GAIN_SLEW_S = PAD_PARAMS[_GAIN].slew_ms * 1e-3
_PITCH_SLEW_S = PAD_PARAMS[_PITCH].slew_ms * 1e-3


@realtime
def rt_voice_slots(mem):
    """How many voice records are in use: as many may be dying as live. Realtime-safe: yes."""
    return 2 * mem.voices


@realtime
def rt_start_voice(mem, arena, slot, ring_index, command, frame):
    """Copy a hit into a voice and set it going at ``frame``; False if the hit is broken.

    Thread: callback. Realtime-safe: yes.
    """
    index = _free_voice(mem, arena)
    pad = command.pad
    frames = slot.frames
    here = slot_start(mem, pad, ring_index)
    there = _voice_start(mem, arena, index)
    if not _copy_checked(arena[there : there + frames + GUARD], arena[here : here + frames]):
        rt_count(mem, BAD_HITS)
        return False
    voice = mem.voice[index]
    voice.state = LIVE
    voice.pad = pad
    voice.born = frame
    voice.frames = frames
    voice.phase = 0
    voice.rate = slot.rate / mem.rate
    voice.gain = np.float32(command.value)
    voice.gain_db = command.gain
    voice.pan = command.pan
    voice.pitch = command.pitch
    voice.step = _step(mem, voice)
    voice.step_target = voice.step
    voice.bend = 0
    voice.bend_left = 0
    _set_envelope(mem, voice, command)
    mem.counter[VOICES] += 1
    rt_highest(mem, VOICES_MAX, mem.counter[VOICES])
    return True


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
def rt_choke(mem, mask, frame):
    """Fade the voices of the pads in ``mask`` that began before ``frame``.

    Simultaneous hits all sound: only what is older is choked. Thread: callback. Realtime-safe: yes.
    """
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != FREE and (mask >> voice.pad) & 1 and voice.born < frame:
            fade_ms = mem.pad_value[voice.pad, _CHOKE_FADE]
            if rt_fade_out(mem, voice, _frames(mem, fade_ms)):
                rt_count(mem, CHOKED)


@realtime
def rt_panic(mem):
    """Fade everything within 5 ms. Thread: callback. Realtime-safe: yes."""
    fade = np.int64(STEAL_FADE_S * mem.rate)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state != FREE:
            rt_fade_out(mem, voice, fade)


@realtime
def rt_retune(mem, pad):
    """Let the pad's sounding voices follow its gain, pan and pitch rows, as ramps.

    Thread: callback. Realtime-safe: yes.
    """
    slew = np.int64(_GAIN_SLEW_S * mem.rate)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == LIVE and voice.pad == pad:
            left, right = _target_gains(mem, voice)
            if np.float32(left) != voice.left or np.float32(right) != voice.right:
                still = voice.ramp_frames - voice.ramp_at  # a slow attack stays as slow
                rt_ramp_to(voice, left, right, max(slew, still))
            _glide(mem, voice)


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
            first = _voice_start(mem, arena, index) + 1 + (voice.phase >> 32)
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
    start = _voice_start(mem, arena, index)
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


@realtime
def _set_envelope(mem, voice, command):
    attack = _frames(mem, _own(command.attack, mem.pad_value[voice.pad, _ATTACK]))
    hold = _frames(mem, _own(command.hold, mem.pad_value[voice.pad, _HOLD]))
    release = _frames(mem, _own(command.release, mem.pad_value[voice.pad, _RELEASE]))
    voice.release_in = attack + max(hold, 1)
    voice.release = max(release, 1)
    left, right = _target_gains(mem, voice)
    voice.left = np.float32(0.0)
    voice.right = np.float32(0.0)
    voice.ramp_at = 0
    voice.ramp_frames = 0
    if attack > 0:
        rt_ramp_to(voice, left, right, attack)
    else:
        voice.left = np.float32(left)
        voice.right = np.float32(right)


@realtime
def _target_gains(mem, voice):
    decibels = _own(voice.gain_db, mem.pad_value[voice.pad, _GAIN])
    return rt_pan(
        voice.gain * rt_db(decibels), _own(voice.pan, mem.pad_value[voice.pad, _PAN])
    )


@realtime
def _step(mem, voice):
    semitones = _own(voice.pitch, mem.pad_value[voice.pad, _PITCH])
    return max(np.int64(np.rint(voice.rate * 2.0 ** (semitones / 12.0) * ONE)), 1)


@realtime
def _glide(mem, voice):
    target = _step(mem, voice)
    if target == voice.step_target:
        return
    frames = np.int64(_PITCH_SLEW_S * mem.rate)
    voice.step_target = target
    voice.bend = (target - voice.step) // frames
    voice.bend_left = frames


@realtime
def _own(value, pads):
    """The hit's own value, or the pad's where the hit has none (NaN)."""
    return pads if np.isnan(value) else np.float64(value)


@realtime
def _frames(mem, ms):
    return np.int64(ms * 1e-3 * mem.rate)


@realtime
def _copy_checked(into, hit):
    """Copy with guard zeros around; False if empty, or any sample is NaN, infinite or absurd."""
    bad = 0
    for i in range(hit.size):
        sample = hit[i]
        into[i + 1] = sample if abs(sample) > FAINT else np.float32(0.0)
        bad += not (abs(sample) < ABSURD)
    into[0] = 0.0
    for i in range(1, GUARD):
        into[hit.size + i] = 0.0
    return bad == 0 and hit.size > 0


@realtime
def _voice_start(mem, arena, index):
    """Where in the arena a voice's samples begin: behind all the rings."""
    return arena.size - (rt_voice_slots(mem) - index) * (mem.hit_frames + GUARD)


@realtime
def _free_voice(mem, arena):
    """A free record; where polyphony is reached, the quietest older voice is sent to die first."""
    if mem.counter[VOICES] >= mem.voices:
        victim = _quietest(mem, arena, LIVE, _mean_birth(mem))
        rt_fade_out(mem, mem.voice[victim], np.int64(STEAL_FADE_S * mem.rate))
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
    start = _voice_start(mem, arena, index) + 1
    first = voice.phase >> 32
    last = min(first + LISTEN_FRAMES, voice.frames)
    level = np.float32(0.0)
    for i in range(start + first, start + last, 8):
        level = max(level, abs(arena[i]))
    now_left, now_right = rt_gains_now(voice)
    return level * max(now_left, now_right, voice.left, voice.right)


@realtime
def rt_all_pads():
    """The mask of every pad. Realtime-safe: yes."""
    return (1 << MAX_PADS) - 1
