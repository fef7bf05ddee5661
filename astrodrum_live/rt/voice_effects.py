"""The effects of one voice, in SuperDirt's order.

shape, hcutoff, bandf, crush, coarse, cutoff; djf, which is a DJ's, comes last. They work on the
hit before its gain, so that a hit sounds the same soft and loud.
"""

import numpy as np

from astrodrum_live.params import OWN_INDEX, OWN_ROWS
from astrodrum_live.rt.filter import (
    rt_band_pass,
    rt_damping,
    rt_filter,
    rt_high_pass,
    rt_low_pass,
)
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.voice import rt_row

_SHAPE, _CRUSH, _COARSE = OWN_INDEX["shape"], OWN_INDEX["crush"], OWN_INDEX["coarse"]
_CUTOFF, _RESONANCE = OWN_INDEX["cutoff"], OWN_INDEX["resonance"]
_HCUTOFF, _HRESONANCE = OWN_INDEX["hcutoff"], OWN_INDEX["hresonance"]
_BANDF, _BANDQ, _DJF = OWN_INDEX["bandf"], OWN_INDEX["bandq"], OWN_INDEX["djf"]
_NO_LOW_PASS = OWN_ROWS[_CUTOFF].high
_NO_HIGH_PASS = OWN_ROWS[_HCUTOFF].low
_NO_BAND_PASS = OWN_ROWS[_BANDF].low

_STEEPEST = 0.999  # of shape: at 1 the law divides by zero
_DJ_LOW, _DJ_SPAN = 20.0, 500.0  # 20 Hz to 10 kHz, exponentially, as SuperDirt
_DJ_MIDDLE = 1e-6  # so near to 0.5 it is off: the value comes as 32 bits
_ONE, _HALF = np.float32(1.0), np.float32(0.5)


@realtime
def rt_set_effects(mem, effects, command):
    """Set up a new voice's effects by its hit's rows; False if it has none.

    Thread: callback. Realtime-safe: yes.
    """
    rate = mem.rate
    shape = min(rt_row(mem, command, _SHAPE), _STEEPEST)
    effects.shape = 2.0 * shape / (1.0 - shape)
    crush = rt_row(mem, command, _CRUSH)
    effects.crush = 0.5 ** (crush - 1.0) if crush > 0.0 else 0.0
    effects.coarse = np.int64(rt_row(mem, command, _COARSE))
    effects.held_for = 0
    _set_filters(mem, effects, command, rate)
    bent = effects.shape > 0.0 or effects.crush > 0.0 or effects.coarse > 1
    passes = effects.high_pass.on + effects.band_pass.on + effects.low_pass.on + effects.dj.on
    return bent or passes > 0


@realtime
def _set_filters(mem, effects, command, rate):
    effects.high_pass.on = effects.band_pass.on = effects.low_pass.on = effects.dj.on = 0
    low, high = rt_row(mem, command, _CUTOFF), rt_row(mem, command, _HCUTOFF)
    if low < _NO_LOW_PASS:
        rt_low_pass(effects.low_pass, low, rt_damping(rt_row(mem, command, _RESONANCE)), rate)
    if high > _NO_HIGH_PASS:
        rt_high_pass(effects.high_pass, high, rt_damping(rt_row(mem, command, _HRESONANCE)), rate)
    band = rt_row(mem, command, _BANDF)
    if band > _NO_BAND_PASS:
        rt_band_pass(effects.band_pass, band, max(rt_row(mem, command, _BANDQ), 1.0), rate)
    turn = 2.0 * rt_row(mem, command, _DJF)
    if turn < 1.0 - _DJ_MIDDLE:
        rt_low_pass(effects.dj, _DJ_LOW * _DJ_SPAN**turn, 1.0, rate)
    elif turn > 1.0 + _DJ_MIDDLE:
        rt_high_pass(effects.dj, _DJ_LOW * _DJ_SPAN ** (turn - 1.0), 1.0, rate)


@realtime
def rt_apply_effects(effects, samples):
    """Send ``samples`` (n,) float32, the voice's next, through its effects, in place.

    Thread: callback. Realtime-safe: yes.
    """
    if effects.shape > 0.0:
        _shape(samples, effects.shape)
    if effects.high_pass.on:
        rt_filter(effects.high_pass, samples)
    if effects.band_pass.on:
        rt_filter(effects.band_pass, samples)
    if effects.crush > 0.0:
        _crush(samples, effects.crush)
    if effects.coarse > 1:
        _hold(effects, samples)
    if effects.low_pass.on:
        rt_filter(effects.low_pass, samples)
    if effects.dj.on:
        rt_filter(effects.dj, samples)


@realtime
def _shape(samples, k):
    for i in range(samples.size):
        samples[i] = (_ONE + k) * samples[i] / (_ONE + k * abs(samples[i]))


@realtime
def _crush(samples, step):
    scale = _ONE / step
    for i in range(samples.size):
        samples[i] = np.floor(samples[i] * scale + _HALF) * step


@realtime
def _hold(effects, samples):
    held_for, held = effects.held_for, effects.held
    for i in range(samples.size):
        if held_for == 0:
            held = samples[i]
            held_for = effects.coarse
        samples[i] = held
        held_for -= 1
    effects.held_for, effects.held = held_for, held
