"""How fast a hit plays, by what it asked for itself; and how that changes while it lasts."""

import numpy as np

from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.mixing import ONE
from astrodrum_live.rt.voice import rt_row

_SPEED, _FIT = OWN_INDEX["speed"], OWN_INDEX["fit"]
_ACCELERATE, _LOOP = OWN_INDEX["accelerate"], OWN_INDEX["loop"]


@realtime
def rt_speed(mem, command):
    """The signed speed a hit asks for. Thread: callback. Realtime-safe: yes."""
    return rt_row(mem, command, _SPEED)


@realtime
def rt_rate(mem, command, slot):
    """Frames of the slot's hit to one of the engine, before its pitch.

    With ``fit`` the whole hit is made to last 1 / fit seconds, times speed: SuperDirt's unit "c",
    where fit is cps. Thread: callback. Realtime-safe: yes.
    """
    rate = slot.rate / mem.rate * abs(rt_speed(mem, command))
    fit = rt_row(mem, command, _FIT)
    return rate * (fit * slot.frames / slot.rate) if fit > 0.0 else rate


@realtime
def rt_loops(mem, command):
    """How often it plays, at least once. Thread: callback. Realtime-safe: yes."""
    return max(np.int64(rt_row(mem, command, _LOOP)), 1)


@realtime
def rt_accelerate(mem, voice, command):
    """Let the rate of a new voice go in a line to (1 + accelerate) times itself while it lasts.

    It lasts as long as its hit at the mean of both rates (DirtEvent.sc), or until its release. A
    rate that would fall below zero stops at it, and the voice ends there.
    Thread: callback. Realtime-safe: yes.
    """
    amount = rt_row(mem, command, _ACCELERATE)
    voice.stops = 0
    voice.follows = amount == 0.0
    if amount == 0.0:
        return
    begin = np.float64(voice.step)
    end = begin * (1.0 + amount)
    way = np.float64(voice.frames * (voice.loops_left + 1)) * ONE
    frames = min(np.ceil(way / (0.5 * (begin + abs(end)))), np.float64(voice.release_in))
    if end < 1.0:
        frames *= begin / (begin - end)
        end = 1.0
        voice.stops = 1
    voice.bend_left = max(np.int64(frames), 1)
    voice.bend = np.int64((end - begin) / voice.bend_left)
    voice.step_target = np.int64(end)
