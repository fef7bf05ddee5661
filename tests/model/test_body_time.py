"""The live generator's time: fine in the head, coarse after it, and no seam between."""

import torch
from torch.nn import functional as F

from astrodrum_live.model.body_time import HEAD, HEAD_STEPS, STEP, BodyTime
from astrodrum_live.model.modes import RAISE_TAPS, Modes, raising_matrix, windowed_sinc


def test_a_short_slice_runs_evenly():
    steps = torch.arange(256.0).view(1, -1, 1)
    assert torch.equal(BodyTime(16384).even(steps), steps)


def test_a_long_slice_runs_evenly_in_the_head_and_slower_after_it():
    read = BodyTime(32768).even(torch.arange(256.0).view(1, -1, 1)).flatten()
    assert len(read) == 32768 // STEP
    assert torch.allclose(read[:HEAD_STEPS].diff(), torch.ones(HEAD_STEPS - 1))
    later = read[HEAD_STEPS + 1 : -1].diff()
    assert torch.allclose(later, torch.full_like(later, 1 / 3), atol=1e-4)
    assert (read.diff() >= 0).all()


def test_one_mode_keeps_its_pitch_and_phase_over_the_seam():
    torch.manual_seed(1)
    modes = Modes(4, 8, 1, 44100, hertz=(500.0, 500.0))
    tracks = torch.tensor([-1.0, 0.0]).expand(1, 32768 // STEP, -1)  # steady, no glide
    wave = modes(tracks, torch.zeros(1, 8)).flatten().detach()
    around = slice(HEAD - 2000, HEAD + 2000)
    time = torch.arange(32768.0)[around] / 44100
    angle = 2 * torch.pi * 500.0 * time
    basis = torch.stack([torch.sin(angle), torch.cos(angle)], dim=1)
    found = torch.linalg.lstsq(basis, wave[around].unsqueeze(1)).solution
    rest = wave[around] - (basis @ found).flatten()
    assert rest.abs().max() < 0.01 * wave[around].abs().max()
    assert abs(float(found.norm()) - float(torch.exp(torch.tensor(-1.0)))) < 0.01


def test_the_raising_matrix_is_the_windowed_sinc():
    tone = torch.randn(1, 1, 128, generator=torch.Generator().manual_seed(0))
    by_filter = F.conv1d(tone, windowed_sinc(4), padding=RAISE_TAPS // 2)
    by_filter = by_filter.transpose(1, 2).flatten()
    padded = F.pad(tone[:, 0], (RAISE_TAPS // 2, RAISE_TAPS // 2))
    by_product = (padded.unfold(-1, 48, 32) @ raising_matrix(4)).flatten()
    assert torch.allclose(by_filter, by_product, atol=1e-5)
