"""An orbit's echoes: a stereo delay line that is fed back, and changes its time by a crossfade."""

import numpy as np

from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.ramps import rt_aimed
from astrodrum_live.rt.sane import rt_sane_sample
from astrodrum_live.rt.voice import rt_panic_frames

CROSSFADE_S = 0.03
SILENT = np.float32(1e-6)  # -120 dB: an effect that holds nothing louder falls asleep
_ONE, _NOTHING = np.float32(1.0), np.float32(0.0)


@realtime
def rt_mix_delay(mem, delay, lines, dry, wet, wanted, frame):
    """Add the echoes of ``dry`` to ``wet``, both pairs of (n,) float32.

    ``lines``: the line of the left, then that of the right. ``wanted``: frames to the echo.
    ``frame``: the engine's frame of the first sample. Thread: callback. Realtime-safe: yes.
    """
    left, right = dry
    out_left, out_right = wet
    half = lines.size // 2
    crossfade = max(np.int64(CROSSFADE_S * mem.rate), 1)
    done = 0
    while done < left.size:
        if not delay.awake:
            done = _first_loud(delay, left, right, done, frame)
            if done == left.size:
                return
            _wake(delay, wanted)
        _begin_crossfade(delay, wanted, crossfade)
        end = done + _stretch(delay, left.size - done)
        _echo(
            delay, lines[:half], lines[half:], left[done:end], right[done:end],
            out_left[done:end], out_right[done:end], frame + done, crossfade, rt_panic_frames(mem),
        )  # fmt: skip
        _settle(delay, end - done)
        done = end


@realtime
def rt_kill_delay(delay, fade):
    """Fade what the line holds within ``fade`` frames; what comes from now on echoes.

    Thread: callback. Realtime-safe: yes.
    """
    if delay.awake:
        delay.young = 0
        if delay.dying == 0:
            delay.dying = fade


@realtime
def _first_loud(delay, left, right, first, frame):
    """Where the delay must wake: the first sample it is sent that can be heard."""
    for i in range(first, left.size):
        if max(abs(left[i]), abs(right[i])) * rt_aimed(delay.send, frame + i) > SILENT:
            return i
    return left.size


@realtime
def _wake(delay, wanted):
    delay.awake = 1
    delay.at = delay.written = delay.young = delay.dying = delay.quiet = delay.fade_left = 0
    delay.length[0] = delay.length[1] = wanted


@realtime
def _begin_crossfade(delay, wanted, crossfade):
    if delay.fade_left == 0 and wanted != delay.length[0]:
        delay.length[1] = wanted
        delay.fade_left = crossfade


@realtime
def _stretch(delay, frames):
    """Frames, at least one, until something about the delay changes."""
    if delay.fade_left > 0:
        frames = min(frames, delay.fade_left)
    if delay.dying > 0:
        frames = min(frames, delay.dying)
    return max(min(frames, _reach(delay) - delay.quiet), 1)


@realtime
def _reach(delay):
    """How far back it listens."""
    return max(delay.length[0], delay.length[1])


@realtime
def _settle(delay, frames):
    delay.written += frames
    delay.young += frames
    if delay.fade_left > 0:
        delay.fade_left -= frames
        if delay.fade_left == 0:
            delay.length[0] = delay.length[1]
    if delay.dying > 0:
        delay.dying -= frames
        if delay.dying == 0:
            delay.written = delay.young
    if delay.quiet >= _reach(delay):
        delay.awake = 0


@realtime
def _echo(delay, line_left, line_right, left, right, out_left, out_right, frame, crossfade, panic):
    at, quiet = delay.at, delay.quiet
    for i in range(left.size):
        heard_left = heard_right = kept_left = kept_right = _NOTHING
        for tap in range(2 if delay.fade_left > 0 else 1):
            age = delay.length[tap]
            if age > delay.written + i:
                continue
            gain = _tap_gain(delay, tap, i, crossfade)
            index = at - age if at >= age else at - age + line_left.size
            if age <= delay.young + i:
                kept_left += gain * line_left[index]
                kept_right += gain * line_right[index]
            else:  # from before a panic: it is fading
                gain *= np.float32(delay.dying - i) / np.float32(panic)
                heard_left += gain * line_left[index]
                heard_right += gain * line_right[index]
        out_left[i] += heard_left + kept_left
        out_right[i] += heard_right + kept_right
        send, again = rt_aimed(delay.send, frame + i), rt_aimed(delay.feedback, frame + i)
        line_left[at] = rt_sane_sample(send * left[i] + again * kept_left)
        line_right[at] = rt_sane_sample(send * right[i] + again * kept_right)
        loud = abs(line_left[at]) > SILENT or abs(line_right[at]) > SILENT
        quiet = 0 if loud else quiet + 1
        at = at + 1 if at + 1 < line_left.size else 0
    delay.at, delay.quiet = at, quiet


@realtime
def _tap_gain(delay, tap, i, crossfade):
    if delay.fade_left == 0:
        return _ONE
    gone = np.float32(crossfade - delay.fade_left + i) / np.float32(crossfade)
    return gone if tap == 1 else _ONE - gone
