"""From a hit to its latent: used while the live generator trains and to fit its prior."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.mel import mel_filters

FFTS = (2048, 512)  # the long window tells a kick's pitch, the short one an attack
HOP = 128
MELS = 64
FLOOR = 1e-3  # -60 dB under full-scale white noise: below the rooms of most recordings


class Encoder(nn.Module):
    """Two log-mel spectrograms, five strided convolutions, and a Gaussian over z.

    ``forward(x (B, N)) -> (mean (B, D), log_variance (B, D))``.
    """

    def __init__(self, config: ModelConfig, width: int = 24) -> None:
        super().__init__()
        channels = (len(FFTS), width, 2 * width, 3 * width, 4 * width)
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(channels)
        )
        frames = config.slice_len // HOP // 16
        last = nn.Linear(8 * width, 2 * config.latent_dim)
        self.head = nn.Sequential(
            nn.Linear(channels[-1] * MELS // 16 * frames, 8 * width),
            nn.LeakyReLU(0.2),
            last,
        )
        # Certain from the start: a latent drowned in its own noise is not listened to for long.
        nn.init.constant_(last.bias[config.latent_dim :], -3.0)
        for fft in FFTS:
            self.register_buffer(f"window{fft}", torch.hann_window(fft), persistent=False)
            mel = torch.from_numpy(mel_filters(MELS, fft, config.sample_rate))
            self.register_buffer(f"mel{fft}", mel, persistent=False)

    def spectrograms(self, x: Tensor) -> Tensor:  # (B, N) -> (B, 2, MELS, N / HOP)
        views = []
        for fft in FFTS:
            window: Tensor = getattr(self, f"window{fft}")
            mel: Tensor = getattr(self, f"mel{fft}")
            spectrum = torch.stft(
                x, fft, HOP, window=window, pad_mode="constant", return_complex=True
            )
            power = torch.view_as_real(spectrum[..., :-1]).square().sum(-1) / window.square().sum()
            views.append(torch.log(torch.sqrt(mel @ power) + FLOOR) / 3 + 1)
        return torch.stack(views, dim=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.spectrograms(x)
        for conv in self.convs:
            h = F.leaky_relu(conv(h), 0.2)
        mean, log_variance = self.head(h.flatten(1)).chunk(2, dim=1)
        return mean, log_variance.clamp(-8.0, 2.0)
