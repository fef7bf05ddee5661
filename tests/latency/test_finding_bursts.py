"""The matched filter: known bursts at known frames, close together, in noise, or not there."""

import numpy as np
import pytest

from astrodrum_live.latency.finding import find_bursts
from astrodrum_live.latency.sounds import bursts
from astrodrum_live.latency.streams import PADS

RATE = 48000
HITS = bursts(RATE)


def recording(strokes: list[tuple[int, int]], frames: int = RATE, gain: float = 0.2) -> np.ndarray:
    """Strokes (pad, frame), all as loud."""
    sound = np.zeros(frames)
    for pad, frame in strokes:
        sound[frame : frame + HITS.shape[1]] += gain * HITS[pad]
    return sound


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_every_burst_is_found_on_its_frame_and_on_no_other_pad(rate):
    hits = bursts(rate)
    for pad in range(PADS):
        sound = np.zeros(rate // 2)
        sound[1000 + pad : 1000 + pad + hits.shape[1]] = 0.2 * hits[pad]
        found = find_bursts(sound, hits)
        assert [len(at) for at in found] == [int(other == pad) for other in range(PADS)]
        assert found[pad][0] == pytest.approx(1000 + pad, abs=0.05)


def test_a_cluster_of_all_pads_is_told_apart():
    rng = np.random.default_rng(3)
    strokes = [(pad, int(rng.integers(0, 4000))) for pad in range(PADS)]
    found = find_bursts(recording(strokes), HITS)
    for pad, frame in strokes:
        assert found[pad] == pytest.approx([frame], abs=0.2)


def test_a_burst_between_two_frames_is_found_there():
    spectrum = np.fft.rfft(recording([(0, 5000)]))
    turned = spectrum * np.exp(-2j * np.pi * np.arange(len(spectrum)) * 0.5 / RATE)
    found = find_bursts(np.fft.irfft(turned, RATE), HITS)
    assert found[0] == pytest.approx([5000.5], abs=0.1)


def test_a_noisy_quiet_recording_is_as_exact():
    rng = np.random.default_rng(5)
    sound = recording([(2, 700), (5, 20000)], gain=0.02) + 0.002 * rng.standard_normal(RATE)
    found = find_bursts(sound, HITS)
    assert [len(at) for at in found] == [int(pad in (2, 5)) for pad in range(PADS)]
    assert found[2] == pytest.approx([700], abs=0.3)


def test_two_hits_on_one_frame_are_two():
    sound = recording([(0, 100), (1, 9000), (1, 9000), (2, 20000), (3, 30000)])
    assert [len(at) for at in find_bursts(sound, HITS)[:4]] == [1, 2, 1, 1]


def test_silence_and_a_recording_too_short_hold_nothing():
    assert all(len(at) == 0 for at in find_bursts(np.zeros(RATE), HITS))
    assert all(len(at) == 0 for at in find_bursts(np.zeros(10), HITS))
