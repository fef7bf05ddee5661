"""Synthesised drums: the same every time, well-formed, and each like its class."""

import numpy as np
import pytest
from scipy.signal import find_peaks, hilbert

from astrodrum_live.data.synth.clap import HANDS
from astrodrum_live.data.synth.drum import CIRCUITS, draw_drum, render
from astrodrum_live.data.synth.signals import square

RATE = 44100
EVERY = [(name, number) for name in CIRCUITS for number in range(1, len(CIRCUITS[name]) + 1)]


def hit(name: str, number: int, stroke: int = 1, seed: int = 0) -> np.ndarray:
    return render(draw_drum(name, number, seed), stroke, RATE)


def plain(name: str, circuit: str) -> int:
    """The number of a drum of this circuit with no colour after it."""
    numbers = range(1, 60)
    drums = (draw_drum(name, number, 0) for number in numbers)
    return next(d.number for d in drums if d.circuit == circuit and "colour" not in d.parameters)


def sounding_s(wave: np.ndarray) -> float:
    """Until when 99 % of the energy have sounded."""
    energy = np.cumsum(wave.astype(float) ** 2)
    return float(np.searchsorted(energy, 0.99 * energy[-1])) / RATE


@pytest.mark.parametrize(("name", "number"), EVERY)
@pytest.mark.parametrize("seed", [0, 5])
def test_a_hit_is_well_formed(name, number, seed):
    wave = hit(name, number, seed=seed)
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() == pytest.approx(10 ** (-1 / 20), rel=1e-4)
    assert 0.05 * RATE <= len(wave) <= 1.5 * RATE
    assert abs(wave.mean()) < 1e-3
    assert np.argmax(np.abs(wave) > 0.02 * np.abs(wave).max()) < 0.001 * RATE
    assert np.abs(wave[-8:]).max() < 1e-4


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_stroke_is_a_function_of_drum_and_number(name):
    assert np.array_equal(hit(name, 2), hit(name, 2))
    first, second = hit(name, 2), hit(name, 2, stroke=2)
    shorter = min(len(first), len(second))
    assert not np.array_equal(first[:shorter], second[:shorter])


def test_strokes_of_a_drum_are_more_alike_than_drums():
    def spectrum(wave):
        power = np.log(np.abs(np.fft.rfft(wave, 1 << 17)[:65536]) ** 2 + 1e-6)
        return power.reshape(64, -1).mean(1)

    one, again = spectrum(hit("snare", 1)), spectrum(hit("snare", 1, stroke=2))
    others = [spectrum(hit("snare", number)) for number in (5, 9, 13)]
    assert all(np.linalg.norm(one - again) < np.linalg.norm(one - other) for other in others)


def test_another_seed_is_another_drum():
    assert draw_drum("kick", 1, 0).parameters != draw_drum("kick", 1, 1).parameters


@pytest.mark.parametrize("circuit", [one.name for one in CIRCUITS["kick"]])
def test_a_kick_falls_to_its_pitch(circuit):
    drum = draw_drum("kick", plain("kick", circuit), 0)
    wave = render(drum, 1, RATE)
    rising = np.flatnonzero((wave[:-1] < 0) & (wave[1:] >= 0))
    periods = np.diff(rising[np.abs(wave).max() * 0.01 < _envelope(wave)[rising]]) / RATE
    assert periods[0] < periods[-1]
    late = np.median(periods[len(periods) // 2 :])
    assert 36 < 1 / late < 82
    assert 1 / late == pytest.approx(drum.parameters["hz"], rel=0.12)


def _envelope(wave: np.ndarray) -> np.ndarray:
    return np.abs(hilbert(wave))


@pytest.mark.parametrize("name", ["hat_closed", "hat_open", "cymbal"])
def test_six_squares_have_lines_in_their_spectrum(name):
    def flatness(number):
        wave = hit(name, number)[: 1 << 14]
        power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 14))[2000:5000] ** 2
        power = power + power.max() * 1e-9
        return np.exp(np.log(power).mean()) / power.mean()

    other = "crash" if name == "cymbal" else "hiss"
    assert flatness(plain(name, "six_squares")) < 0.5 * flatness(plain(name, other))


@pytest.mark.parametrize("number", range(1, 10))
def test_a_clap_is_a_row_of_bursts(number):
    drum = draw_drum("clap", number, 0)
    wave = render(drum, 1, RATE)
    smooth = np.hanning(round(0.004 * RATE))
    envelope = np.sqrt(np.convolve(wave[: round(0.08 * RATE)] ** 2, smooth / smooth.sum(), "same"))
    envelope = np.concatenate([[0.0], envelope])
    peaks, _ = find_peaks(envelope, prominence=0.1 * envelope.max(), distance=round(0.006 * RATE))
    assert 3 <= drum.parameters["bursts"] <= HANDS
    assert len(peaks) >= 3


def test_every_closed_hat_is_shorter_than_every_open_one():
    closed = [sounding_s(hit("hat_closed", number)) for number in range(1, 9)]
    opened = [sounding_s(hit("hat_open", number)) for number in range(1, 9)]
    assert max(closed) < min(opened)


def test_a_hat_lies_far_above_a_kick():
    def centroid(wave):
        power = np.abs(np.fft.rfft(wave)) ** 2
        return (power * np.fft.rfftfreq(len(wave), 1 / RATE)).sum() / power.sum()

    assert min(centroid(hit("hat_closed", n)) for n in range(1, 9)) > 5000
    assert max(centroid(hit("kick", n)) for n in range(1, 9)) < 400


def test_a_square_has_hardly_any_aliases():
    hz, frames = 3000.0, 1 << 14
    window = np.blackman(frames)
    frequencies = np.fft.rfftfreq(frames, 1 / RATE)
    far = np.abs(frequencies / hz - np.round(frequencies / hz)) * hz > 60

    def strongest_alias(wave):
        spectrum = np.abs(np.fft.rfft(wave * window))
        low = far & (frequencies < 12000)
        return 20 * np.log10(spectrum[low].max() / spectrum.max())

    naive = np.sign(np.sin(2 * np.pi * hz * (np.arange(frames) + 0.5) / RATE))
    assert strongest_alias(square(hz, frames, RATE)) < strongest_alias(naive) - 10
