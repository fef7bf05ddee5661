"""The part of a hit that a voice plays: which, which way round, and with what edges."""

import numpy as np

from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import GUARD
from astrodrum_live.rt.mixing import ONE
from astrodrum_live.rt.voice import rt_frames, rt_row

ABSURD = np.float32(64.0)  # +36 dBFS: no hit is that loud, so the data is broken
FAINT = np.float32(1e-20)  # -400 dB: below, products turn denormal, a hundred times as slow
SHORTEST = 8  # frames: less of a hit is dropped, as by SuperDirt
FADE_MS = 1.0  # SuperDirt's fadeTime,
FADE_SHARE = 0.19098  # and how much of the sound it may take (DirtEvent.sc)

_BEGIN, _END = OWN_INDEX["begin"], OWN_INDEX["end"]


@realtime
def rt_span(mem, command, frames):
    """First frame and length of what the command wants of a hit; length 0 if that is too little.

    Thread: callback. Realtime-safe: yes.
    """
    first = np.int64(np.rint(rt_row(mem, command, _BEGIN) * frames))
    wanted = np.int64(np.rint(rt_row(mem, command, _END) * frames)) - first
    if wanted < frames and wanted < SHORTEST:
        wanted = np.int64(0)
    return first, wanted


@realtime
def rt_copy_span(into, span, backwards):
    """Copy with guard zeros around; False if any sample is NaN, infinite or absurd.

    Thread: callback. Realtime-safe: yes.
    """
    bad = 0
    for i in range(span.size):
        sample = span[i]
        into[i + 1] = sample if abs(sample) > FAINT else np.float32(0.0)
        bad += not (abs(sample) < ABSURD)
    into[0] = 0.0
    for i in range(1, GUARD):
        into[span.size + i] = 0.0
    if backwards:
        _turn_round(into[1 : span.size + 1])
    return bad == 0


@realtime
def _turn_round(samples):
    last = samples.size - 1
    for i in range(samples.size // 2):
        kept = samples[i]
        samples[i] = samples[last - i]
        samples[last - i] = kept


@realtime
def rt_soften_edges(mem, copy, voice, cut_in, cut_out):
    """Where a voice's copy begins or ends in the midst of its hit, fade over a millisecond.

    ``copy``: with its guards. Thread: callback. Realtime-safe: yes.
    """
    lasting = rt_frames(mem, FADE_MS) * (voice.step / ONE)
    frames = np.int64(min(lasting, FADE_SHARE * voice.frames))
    for i in range(frames):
        gain = np.float32(i + 1) / np.float32(frames + 1)
        if cut_in:
            copy[i + 1] *= gain
        if cut_out:
            copy[voice.frames - i] *= gain
