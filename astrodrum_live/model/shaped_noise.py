"""All that is noise in a hit: bands of white noise with gains over time."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NOISE_FFT, NOISE_HOP = 256, 64  # 5.8 ms windows at 44.1 kHz: a band gain follows an attack
NOISE_LOW_BIN = 2  # 344 Hz: under it drums ring; noise there is learnt sooner and never left
QUIET_GAIN = -5.0  # the noise starts at e^-5 of full scale, so that the layers learn first


class ShapedNoise(nn.Module):
    """White noise given band gains over time by a short-time Fourier transform."""

    window: Tensor
    spread: Tensor
    unheard: Tensor
    share: Tensor
    level: Tensor

    def __init__(self, channels: int, bands: int, slice_len: int, sample_rate: int) -> None:
        super().__init__()
        self.gains = nn.Conv1d(channels, bands, 3, padding=1)
        nn.init.normal_(self.gains.weight, std=0.02)
        self.gains.bias = nn.Parameter(torch.full((bands,), QUIET_GAIN))
        hops = slice_len // NOISE_HOP
        window = torch.hann_window(NOISE_FFT)
        self.register_buffer("window", window, persistent=False)
        spread = band_spread(bands, sample_rate).T.contiguous()  # (K, F)
        self.register_buffer("spread", spread, persistent=False)
        unheard = torch.where(torch.arange(spread.shape[1]) < NOISE_LOW_BIN, -1000.0, 0.0)
        self.register_buffer("unheard", unheard, persistent=False)
        share = 1 - torch.arange(hops + 1) / hops  # a window's place between two steps
        self.register_buffer("share", share.unsqueeze(1), persistent=False)
        squares = window.square().expand(1, hops + 1, -1)
        self.register_buffer("level", 1 / _overlap_add(squares), persistent=False)

    def forward(self, bands: Tensor, noise: Tensor) -> Tensor:
        """Natural logs of band gains (B, N / 64, K) and noise (B, N) -> (B, N)."""
        bands = torch.cat([bands[:, :1], bands, bands[:, -1:]], dim=1)
        bands = torch.lerp(bands[:, :-1], bands[:, 1:], self.share)  # one for every window
        bands = bands.clamp(-12.0, 3.0) @ self.spread + self.unheard
        half = NOISE_FFT // 2
        frames = F.pad(noise, (half, half)).unfold(-1, NOISE_FFT, NOISE_HOP)
        spectrum = torch.view_as_real(torch.fft.rfft(frames * self.window))
        shaped = torch.view_as_complex(spectrum * torch.exp(bands).unsqueeze(-1))
        return _overlap_add(torch.fft.irfft(shaped, NOISE_FFT) * self.window) * self.level


def band_spread(bands: int, sample_rate: int) -> Tensor:
    """Weights (bins, bands) that draw band gains as straight lines between mel-spaced centres.

    Mel as in O'Shaughnessy 1987: 2595 log10(1 + f / 700).
    """
    hertz = torch.linspace(0, sample_rate / 2, NOISE_FFT // 2 + 1)
    mel = 2595 * torch.log10(1 + hertz / 700)
    place = mel / mel[-1] * (bands - 1)  # 0 .. bands - 1
    return (1 - (place[:, None] - torch.arange(bands)[None, :]).abs()).clamp(min=0)


def _overlap_add(frames: Tensor) -> Tensor:
    """Windows (B, N / 64 + 1, 256), 64 frames apart and centred on the first: summed, (B, N)."""
    part = frames.unflatten(2, (NOISE_FFT // NOISE_HOP, NOISE_HOP))  # (B, T + 1, 4, 64)
    total = part[:, 1:, 1] + part[:, :-1, 2]
    total[:, :-1] += part[:, 2:, 0]
    total[:, 1:] += part[:, :-2, 3]
    return total.flatten(1)
