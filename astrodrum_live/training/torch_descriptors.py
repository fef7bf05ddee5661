"""The descriptors of ``model/descriptors.py`` in torch, so that a gradient leads to the latent.

What is a count or a choice there is made smooth here, or chosen without a gradient: values agree
closely, not to the bit. Knobs are sought by these and graded by those.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from astrodrum_live.model import descriptors as exact
from astrodrum_live.model.edges import ONSET_DB

FALL_WIDTH_DB = 0.5  # over which a frame ceases to count for the decay
NEAR_WIDTH = 1 / 24  # octaves over which a partial's neighbourhood ends
SILENT = 1e-12  # mean square under which nothing is described


class Ear:
    """Describes hits of ``frames`` at ``rate`` Hz. ``__call__(hits (B, N)) -> (B, 6)``; NaN in the
    tuning of a hit without a pitch."""

    def __init__(self, frames: int, rate: int) -> None:
        hertz = np.fft.rfftfreq(frames, 1 / rate)
        self.rate, self.first = rate, round(exact.FIRST_S * rate)
        self.next = round(exact.NEXT_S * rate)
        self.fade = torch.from_numpy(exact.fade_in(frames - self.first, rate).astype(np.float32))
        self.audible = torch.from_numpy((hertz >= exact.LOW_HZ).astype(np.float32))
        self.low = torch.from_numpy(
            ((hertz >= exact.LOW_HZ) & (hertz <= exact.BODY_HZ)).astype(np.float32)
        )
        self.weight = torch.from_numpy(exact.a_weighting(hertz).astype(np.float32))
        self.hertz = torch.from_numpy(hertz.astype(np.float32))
        starts = exact.band_starts(hertz)
        self.bands = torch.from_numpy(np.diff(starts))
        self.inside = slice(int(starts[0]), int(starts[-1]))
        begin, end = (round(seconds * rate) for seconds in exact.PARTIAL_S)
        self.partial = slice(begin, min(end, frames))
        count = self.partial.stop - begin
        self.size = 1 << (2 * count - 1).bit_length()
        self.window = torch.from_numpy(np.hanning(count).astype(np.float32))
        fine = np.fft.rfftfreq(self.size, 1 / rate)
        self.fine_audible = torch.from_numpy((fine >= exact.LOW_HZ).astype(np.float32))
        self.candidates = torch.from_numpy(
            np.flatnonzero((fine >= exact.PARTIAL_HZ[0]) & (fine <= exact.PARTIAL_HZ[1]))
        )
        self.octave = torch.from_numpy(np.log2(np.maximum(fine, exact.LOW_HZ)).astype(np.float32))

    def __call__(self, hits: Tensor) -> Tensor:
        hits = from_onset(hits)
        energy = hits.square()
        power = power_of(hits) * self.audible
        heard = power * self.weight
        brightness = torch.log2((heard @ self.hertz) / heard.sum(1).clamp_min(SILENT))
        rest = functional.pad(hits[:, self.first :] * self.fade, (0, self.first))
        columns = [
            brightness,
            self._decay(energy),
            _db(energy[:, : self.first].mean(1))
            - _db(energy[:, self.first : self.first + self.next].mean(1)),
            (_db(power @ self.low) - _db(power.sum(1))).clamp_min(exact.BODY_FLOOR_DB),
            self._noisiness(rest),
            self._tuning(hits),
        ]
        return torch.stack(columns, dim=1)

    def _decay(self, energy: Tensor) -> Tensor:
        left = energy.flip(1).cumsum(1).flip(1)
        over = _db(left) - _db(left[:, :1]) + exact.FALL_DB
        return torch.log2(torch.sigmoid(over / FALL_WIDTH_DB).sum(1) / self.rate)

    def _noisiness(self, rest: Tensor) -> Tensor:
        power = (power_of(rest) * self.weight)[:, self.inside]
        bands = torch.stack([part.sum(1) for part in power.split(self.bands.tolist(), 1)], dim=1)
        level = _db(bands)
        return (level - level.amax(1, keepdim=True)).clamp_min(exact.BAND_FLOOR_DB).mean(1)

    def _tuning(self, hits: Tensor) -> Tensor:
        part = hits[:, self.partial] * self.window
        power = power_of(part, self.size) * self.fine_audible
        peak = self.candidates[power[:, self.candidates].argmax(1)]
        far = (self.octave[None] - self.octave[peak][:, None]).abs() - exact.PARTIAL_WIDTH
        near = power * torch.sigmoid(-far / NEAR_WIDTH * math.log(9))
        own = near.sum(1).clamp_min(SILENT)
        tuning = near @ self.octave / own
        sure = own / power.sum(1).clamp_min(SILENT) >= exact.SURE
        return torch.where(sure, tuning, torch.full_like(tuning, math.nan))


def from_onset(hits: Tensor) -> Tensor:
    """Each hit (B, N) moved so that its onset is its first frame."""
    level = hits.detach().abs()
    over = level > level.amax(1, keepdim=True) * 10 ** (ONSET_DB / 20)
    place = torch.arange(hits.shape[1])[None] + over.int().argmax(1)[:, None]
    kept = hits.gather(1, place.clamp_max(hits.shape[1] - 1))
    return kept * (place < hits.shape[1])


def power_of(hits: Tensor, size: int | None = None) -> Tensor:
    """|FFT|^2 of hits (B, N), zero-padded to ``size``: (B, size / 2 + 1)."""
    spectrum = torch.fft.rfft(hits, size)
    return spectrum.real.square() + spectrum.imag.square()


def _db(power: Tensor) -> Tensor:
    return 10 * torch.log10(power.clamp_min(1e-20))
