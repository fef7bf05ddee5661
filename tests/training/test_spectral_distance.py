"""The energy distance rewards a distribution: noise for noise, a tone for a tone."""

import torch

from astrodrum_live.training.spectral import SpectralDistance, energy_distance

FFTS = (512, 128)


def mean_distance(x: torch.Tensor, y1: torch.Tensor, y2: torch.Tensor) -> float:
    return energy_distance(SpectralDistance(FFTS, 44100), x, y1, y2).mean().item()


def noises(count: int, level: float = 0.1) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(1)
    return [level * torch.randn(4, 8192, generator=random) for _ in range(count)]


def test_two_draws_of_the_same_noise_beat_one_frozen_draw_and_another_level() -> None:
    x, y1, y2 = noises(3)
    own = mean_distance(x, y1, y2)
    assert own < mean_distance(x, y1, y1)  # one draw twice: frozen
    assert own < mean_distance(x, 0.5 * y1, 0.5 * y2)
    assert own < mean_distance(x, 2 * y1, 2 * y2)


def test_the_median_spectrum_wins_a_plain_loss_and_loses_this_one() -> None:
    """Noise flattened to its median is nearer to a noise than another noise is: hence a buzz."""
    x, y1, y2 = noises(3)
    distance = SpectralDistance(FFTS, 44100)
    real, first = distance.views(x), distance.views(y1)
    scales = distance.scales(real)
    flat = [
        (m.median().expand_as(m), torch.log(m.median() + distance.floor).expand_as(m))
        for m, _ in real
    ]
    to_flat = distance(real, flat, scales).mean().item()
    assert to_flat < distance(real, first, scales).mean().item()
    assert mean_distance(x, y1, y2) < to_flat  # two equal draws: nothing is subtracted


def test_a_hit_is_at_no_distance_from_itself() -> None:
    x = noises(1)[0]
    assert mean_distance(x, x, x) < 1e-3


def test_loud_and_quiet_hits_count_alike_in_level() -> None:
    x, y1, y2 = noises(3, level=0.3)
    loud = mean_distance(x, y1, y2)
    quiet = mean_distance(0.3 * x, 0.3 * y1, 0.3 * y2)
    assert abs(loud - quiet) < 0.1 * loud


def test_gradients_are_finite_even_for_silence() -> None:
    y = torch.zeros(2, 2, 4096, requires_grad=True)
    energy_distance(SpectralDistance(FFTS, 44100), torch.zeros(2, 4096), *y).sum().backward()
    assert torch.isfinite(y.grad).all()


def test_a_lower_floor_hears_what_is_faint() -> None:
    x, faint, _ = noises(3, level=1e-4)
    told = [
        energy_distance(SpectralDistance(FFTS, 44100, floor_db=db), x, 3 * faint, 3 * faint).mean()
        for db in (-40.0, -60.0, -80.0)
    ]
    assert told[0] < 0.5 * told[1] < 0.25 * told[2]


def kick(hertz: float) -> torch.Tensor:
    time = torch.arange(32768) / 44100
    return (0.9 * torch.sin(2 * torch.pi * hertz * time) * torch.exp(-time / 0.15))[None]


def test_the_low_end_alone_is_deaf_to_what_lies_above_it() -> None:
    low = SpectralDistance((512,), 44100, low=True)
    hiss = torch.hann_window(32768) * torch.sin(2 * torch.pi * 5000 * torch.arange(32768) / 44100)
    x, hissing = kick(51.0), kick(51.0) + 0.2 * hiss
    assert energy_distance(low, x, hissing, hissing) < 0.01
    whole = SpectralDistance((512,), 44100)
    assert energy_distance(whole, x, hissing, hissing) > 0.1


def test_in_the_low_end_a_pitch_is_told_as_far_as_its_window_can() -> None:
    x = kick(51.0)
    for fft, hertz in ((256, 70.0), (1024, 56.0)):
        low, whole = SpectralDistance((fft,), 44100, low=True), SpectralDistance((fft,), 44100)
        wrong = kick(hertz)
        assert energy_distance(low, x, wrong, wrong) > 2 * energy_distance(whole, x, wrong, wrong)


def test_an_error_in_the_attack_outweighs_one_in_the_tail_where_early_frames_count() -> None:
    x = noises(1)[0]
    early, late = x.clone(), x.clone()
    early[:, :1024] *= 0.3
    late[:, -1024:] *= 0.3
    alike, weighted = (SpectralDistance(FFTS, 44100, s) for s in (0.0, 0.01))
    at = [
        [energy_distance(d, x, y, y).mean().item() for y in (early, late)]
        for d in (alike, weighted)
    ]
    assert at[0][0] < 1.2 * at[0][1]
    assert at[1][0] > 3 * at[1][1]
