"""The pitch of a drum's lowest ring, where it has one: a term that a spectral distance lacks.

A distance between spectra hardly tells in which direction a pitch is wrong, so that all kicks
come to stand at the median of their pitches. What rings lowest is told here by its octave.
"""

import torch
from torch import Tensor

from astrodrum_live.model.body_time import STEP
from astrodrum_live.model.modes import RINGING

HERTZ = (25.0, 400.0)
FFT = 32768  # 1.3 Hz a bin at 44.1 kHz
SURE = 0.5  # of a hit's power while it rings, within a third of an octave about its peak
NEAR = 2 ** (1 / 6)


class Pitch:
    """What is heard of the pitch while a drum rings: 47 to 186 ms after its start."""

    def __init__(self, sample_rate: int, device: torch.device) -> None:
        hertz = torch.linspace(0, sample_rate / 2, FFT // 2 + 1, device=device)
        self.hertz = hertz[hertz <= HERTZ[1] * NEAR]
        self.window = torch.hann_window((RINGING.stop - RINGING.start) * STEP, device=device)

    @torch.no_grad()
    def heard(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Of hits (B, N) the strongest frequency from 25 to 400 Hz, in octaves of Hz (B,), and
        1 where most of the power lies about it, else 0 (B,)."""
        rings = x[:, RINGING.start * STEP : RINGING.stop * STEP] * self.window
        power = torch.view_as_real(torch.fft.rfft(rings, FFT)).square().sum(-1)  # (B, F)
        low = power[:, : len(self.hertz)]
        can_be = (self.hertz >= HERTZ[0]) & (self.hertz <= HERTZ[1])
        peak = self.hertz[(low * can_be).argmax(1)].unsqueeze(1)  # (B, 1)
        near = (self.hertz > peak / NEAR) & (self.hertz < peak * NEAR)
        sure = (low * near).sum(1) > SURE * power.sum(1)
        return torch.log2(peak.squeeze(1)), sure.float()


def pitch_error(pitch: Pitch, x: Tensor, rings: Tensor) -> Tensor:
    """Mean distance in octaves of ``rings`` (B,), see ``Modes.rings``, from what is heard in hits
    (B, N); a hit without a pitch counts as hit."""
    heard, sure = pitch.heard(x)
    return ((rings - heard).abs() * sure).mean()
