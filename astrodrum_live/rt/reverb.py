"""An orbit's room: a feedback delay network of eight lines, mixed by a Hadamard matrix.

J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators" (AES 90,
1991): a lossless network, and in each line the gain that makes all of them fall by 60 dB in the
same time. A low-pass in each line lets the highs die sooner, as air and walls do.
"""

import math

import numpy as np

from astrodrum_live.rt.effect_records import LINE_MS, LINES
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import CHUNK
from astrodrum_live.rt.ramps import rt_aimed
from astrodrum_live.rt.reverb_time import decay_s
from astrodrum_live.rt.sane import rt_sane_sample
from astrodrum_live.rt.voice import rt_panic_frames

SMALLEST = 0.3  # of the lines' lengths, at size 0: above a panic's 5 ms even so
DAMPING_HZ = 5000.0  # of the lines' low-passes
CROSSFADE_S = 0.05  # from one size to another
SILENT = np.float32(1e-6)  # -120 dB: an effect that holds nothing louder falls asleep

_LINE_MS = np.array(LINE_MS)
_SPREAD = np.float32(0.5)  # a channel goes into four lines
_MATRIX = 1.0 / math.sqrt(LINES)  # makes the butterflies lossless
_decay_s = realtime(decay_s)
_ONE, _NOTHING = np.float32(1.0), np.float32(0.0)


@realtime
def rt_room_gain(size):
    """What a send of 1 is turned into, so that an impulse's echoes have the impulse's energy.

    Thread: callback. Realtime-safe: yes.
    """
    mean_s = _LINE_MS.mean() * 1e-3 * _scale(size)
    return math.sqrt(1.0 - 10.0 ** (-6.0 * mean_s / _decay_s(size)))


@realtime
def rt_mix_reverb(mem, reverb, lines, dry, wet, size, frame):
    """Add the reverberation of ``dry`` to ``wet``, both pairs of (n,) float32.

    ``lines``: the eight, one behind the other. ``size``: wanted, 0..1. ``frame``: the engine's
    frame of the first sample. Thread: callback. Realtime-safe: yes.
    """
    left, right = dry
    out_left, out_right = wet
    done = 0
    while done < left.size:
        if not reverb.awake:
            done = _first_loud(reverb, left, right, done, frame)
            if done == left.size:
                return
            _wake(mem, reverb, size)
        _begin_crossfade(mem, reverb, size)
        end = done + _stretch(reverb, lines.size // LINES, left.size - done)
        _send(mem, reverb, left[done:end], right[done:end], frame + done)
        _reverberate(mem, reverb, lines, out_left[done:end], out_right[done:end])
        _settle(reverb, lines.size // LINES, end - done)
        done = end


@realtime
def rt_kill_reverb(reverb, fade):
    """Fade what the lines hold within ``fade`` frames; what comes from now on resounds.

    Thread: callback. Realtime-safe: yes.
    """
    if reverb.awake:
        reverb.young = 0
        for line in range(LINES):
            reverb.damped[line] = _NOTHING
        if reverb.dying == 0:
            reverb.dying = fade


@realtime
def _scale(size):
    return SMALLEST + (1.0 - SMALLEST) * size


@realtime
def _set_size(mem, reverb, which, size):
    reverb.size[which] = size
    for line in range(LINES):
        length = np.int64(_LINE_MS[line] * 1e-3 * _scale(size) * mem.rate) | 1
        reverb.length[which, line] = length
        decay = 10.0 ** (-3.0 * length / (_decay_s(size) * mem.rate))
        reverb.decay[which, line] = decay * _MATRIX


@realtime
def _first_loud(reverb, left, right, first, frame):
    """Where the reverb must wake: the first sample it is sent that can be heard."""
    for i in range(first, left.size):
        if max(abs(left[i]), abs(right[i])) * rt_aimed(reverb.send, frame + i) > SILENT:
            return i
    return left.size


@realtime
def _wake(mem, reverb, size):
    reverb.awake = 1
    reverb.at = reverb.written = reverb.young = 0
    reverb.dying = reverb.quiet = reverb.fade_left = 0
    for line in range(LINES):
        reverb.damped[line] = _NOTHING
    _set_size(mem, reverb, 0, size)


@realtime
def _crossfade_frames(mem):
    return max(np.int64(CROSSFADE_S * mem.rate), 1)


@realtime
def _begin_crossfade(mem, reverb, size):
    if reverb.fade_left == 0 and size != reverb.size[0]:
        _set_size(mem, reverb, 1, size)
        reverb.fade_left = _crossfade_frames(mem)


@realtime
def _stretch(reverb, capacity, frames):
    """Frames, at least one, in which nothing about the reverb changes, no line hears itself, and
    no place in a line wraps."""
    frames = min(frames, CHUNK, capacity - reverb.at, capacity - reverb.quiet)
    if reverb.fade_left > 0:
        frames = min(frames, reverb.fade_left)
    if reverb.dying > 0:
        frames = min(frames, reverb.dying)
    for which in range(2 if reverb.fade_left > 0 else 1):
        for line in range(LINES):
            length = reverb.length[which, line]
            frames = min(frames, length, capacity - _place(reverb, length, capacity))
    return frames


@realtime
def _place(reverb, length, capacity):
    """Where in its line a tap of this length reads."""
    return reverb.at - length if reverb.at >= length else reverb.at - length + capacity


@realtime
def _send(mem, reverb, left, right, frame):
    feed_left, feed_right = mem.feed[0], mem.feed[1]
    for i in range(left.size):
        send = _SPREAD * rt_aimed(reverb.send, frame + i)
        feed_left[i] = send * left[i]
        feed_right[i] = send * right[i]


@realtime
def _reverberate(mem, reverb, lines, out_left, out_right):
    frames = out_left.size
    capacity = lines.size // LINES
    for line in range(LINES):
        row = mem.rows[line][:frames]
        part = lines[line * capacity : (line + 1) * capacity]
        _read(reverb, part, reverb.length[0, line], row)
        if reverb.fade_left > 0:
            other = mem.scratch[:frames]
            _read(reverb, part, reverb.length[1, line], other)
            _blend(row, other, _crossfade_frames(mem) - reverb.fade_left, _crossfade_frames(mem))
    _hear(mem, reverb, out_left, out_right)
    _scatter(mem, frames)
    loudest = mem.loudest[:frames]
    for i in range(frames):
        loudest[i] = _NOTHING
    for line in range(LINES):
        start = line * capacity + reverb.at
        _write(mem, reverb, line, lines[start : start + frames], loudest)
    _listen(reverb, loudest)
    reverb.at = (reverb.at + frames) % capacity


@realtime
def _read(reverb, line, length, into):
    """What was written ``length`` frames ago, and nothing where that was before it woke."""
    frames = into.size
    unwritten = min(max(length - reverb.written, 0), frames)
    for i in range(unwritten):
        into[i] = _NOTHING
    place = _place(reverb, length, line.size)
    for i in range(unwritten, frames):
        into[i] = line[place + i]


@realtime
def _blend(row, other, gone, whole):
    for i in range(row.size):
        share = np.float32(gone + i) / np.float32(whole)
        row[i] += share * (other[i] - row[i])


@realtime
def _hear(mem, reverb, out_left, out_right):
    """Even lines to the left, odd ones to the right. In a panic's fade they give no more."""
    frames = out_left.size
    if reverb.dying > 0:
        panic = np.float32(rt_panic_frames(mem))
        for line in range(LINES):
            row = mem.rows[line]
            for i in range(frames):
                row[i] *= np.float32(reverb.dying - i) / panic
    for line in range(0, LINES, 2):
        even, odd = mem.rows[line], mem.rows[line + 1]
        for i in range(frames):
            out_left[i] += even[i]
            out_right[i] += odd[i]
    if reverb.dying > 0:
        for line in range(LINES):
            row = mem.rows[line]
            for i in range(frames):
                row[i] = _NOTHING


@realtime
def _scatter(mem, frames):
    """The fast Hadamard transform of the lines, frame by frame."""
    span = 1
    while span < LINES:
        for line in range(LINES):
            if line & span == 0:
                _butterfly(mem.rows[line][:frames], mem.rows[line + span][:frames])
        span *= 2


@realtime
def _butterfly(one, other):
    for i in range(one.size):
        kept = one[i]
        one[i] = kept + other[i]
        other[i] = kept - other[i]


@realtime
def _write(mem, reverb, line, into, loudest):
    row, feed = mem.rows[line], mem.feed[line % 2]
    keep = np.float32(math.exp(-2.0 * math.pi * DAMPING_HZ / mem.rate))
    decay, change, gone = reverb.decay[0, line], _NOTHING, np.int64(0)
    if reverb.fade_left > 0:
        whole = _crossfade_frames(mem)
        change = (reverb.decay[1, line] - decay) / np.float32(whole)
        gone = whole - reverb.fade_left
    damped = reverb.damped[line]
    for i in range(into.size):
        fresh = (_ONE - keep) * (decay + np.float32(gone + i) * change) * row[i]
        damped = rt_sane_sample(fresh + keep * damped)
        into[i] = rt_sane_sample(damped + feed[i])
        loudest[i] = max(loudest[i], abs(into[i]))
    reverb.damped[line] = damped


@realtime
def _listen(reverb, loudest):
    """Count the frames since the lines last took something that can be heard."""
    quiet = 0
    while quiet < loudest.size and loudest[loudest.size - 1 - quiet] <= SILENT:
        quiet += 1
    reverb.quiet = reverb.quiet + quiet if quiet == loudest.size else quiet


@realtime
def _settle(reverb, capacity, frames):
    reverb.written += frames
    reverb.young += frames
    if reverb.fade_left > 0:
        reverb.fade_left -= frames
        if reverb.fade_left == 0:
            reverb.size[0] = reverb.size[1]
            for line in range(LINES):
                reverb.length[0, line] = reverb.length[1, line]
                reverb.decay[0, line] = reverb.decay[1, line]
    if reverb.dying > 0:
        reverb.dying -= frames
        if reverb.dying == 0:
            reverb.written = reverb.young
    if reverb.quiet >= capacity:
        reverb.awake = 0
