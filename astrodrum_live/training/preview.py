"""What a run sounds and looks like on the way: sheets of spectrograms, clips for TensorBoard."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from astrodrum_live.model.latents import white_noise
from astrodrum_live.training.console import Console
from astrodrum_live.training.objectives import networks_of
from astrodrum_live.training.sheet import draw_sheet
from astrodrum_live.training.train import Trainer

SHOWN = 3  # hits of each class
KEPT = 4  # sheets, beside the best one
SHEETS = "sheets"


class Previews:
    """Always the same hits: re-made by the encoder, where there is one, or else from the prior.

    Sheets go to ``OUT/sheets``: ``step-N.png`` of the last four and ``best.png``.
    """

    def __init__(self, out: Path, trainer: Trainer, board: Any, console: Console) -> None:
        self.folder, self.trainer, self.board = out / SHEETS, trainer, board
        self.index = [_shown(trainer, i) for i in range(len(trainer.config.classes))]
        self.real = [trainer.hits.waves(index) for index in self.index]
        self.draws = _has_matplotlib()
        if not self.draws:
            console.print("no spectrogram sheets: matplotlib is not installed")

    def take(self, step: int, best: bool) -> None:
        """Draw the sheet of ``step`` and give it, and a clip of each class, to TensorBoard."""
        made = [self._make(label) for label in range(len(self.index))]
        if self.draws:
            self._draw(step, best, made)
        if self.board:
            for name, waves in zip(self.trainer.config.classes, made, strict=True):
                clip = torch.from_numpy(waves.reshape(1, -1))
                self.board.add_audio(name, clip, step, self.trainer.config.sample_rate)

    @torch.no_grad()
    def _make(self, label: int) -> np.ndarray:
        config, real = self.trainer.config, self.real[label]
        networks = networks_of(self.trainer.objective, self.trainer.step)
        device = next(networks.generator.parameters()).device
        if networks.encoder is None:
            prior = self.trainer.prior_of(networks)
            z = torch.from_numpy(np.stack([prior.sample(label, seed) for seed in range(len(real))]))
        else:
            z = networks.encoder(torch.from_numpy(real).to(device))[0]
        mix = np.eye(len(config.classes), dtype=np.float32)[[label] * len(real)]
        noise = np.stack([white_noise(seed, config.slice_len) for seed in range(len(real))])
        given = (z, torch.from_numpy(mix), torch.from_numpy(noise))
        wave = networks.generator(*(one.to(device) for one in given)).float().cpu().numpy()
        return np.nan_to_num(wave)

    def _draw(self, step: int, best: bool, made: list[np.ndarray]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step-{step:08d}.png"
        config = self.trainer.config
        draw_sheet(path, made, self.real, config.classes, config.sample_rate)
        if best:
            shutil.copyfile(path, self.folder / "best.png")
        for old in sorted(self.folder.glob("step-*.png"))[:-KEPT]:
            old.unlink()
        if self.board:
            from matplotlib.image import imread

            self.board.add_image("sheet", imread(path)[..., :3], step, dataformats="HWC")


def _shown(trainer: Trainer, label: int) -> np.ndarray:
    """Hits to look at: of held-out drums where the class has any."""
    hits = trainer.hits
    members = np.flatnonzero((hits.label == label) & hits.held_out)
    if not len(members):
        members = np.flatnonzero(hits.label == label)
    return np.random.RandomState(0).permutation(members)[:SHOWN]


def _has_matplotlib() -> bool:
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True
