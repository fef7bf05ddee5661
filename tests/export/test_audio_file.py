"""Files of 16 and 24 bits: what is read back is what was written, but for a little noise."""

import io

import numpy as np
import pytest
import soundfile

from astrodrum_live.export.audio_file import dithered, encode


def decoded(data: bytes) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(data), dtype="float64")


@pytest.mark.parametrize(("bits", "steps"), [(24, 1.0), (16, 1.5)])
def test_what_is_read_back_is_within_a_step_and_with_dither_one_and_a_half(bits, steps):
    hit = np.linspace(-0.9, 0.9, 5000, dtype=np.float32)
    sound, rate = decoded(encode(hit, 44100, bits, seed=1))
    full = 2 ** (bits - 1)
    assert rate == 44100
    assert np.abs(sound - hit).max() * full <= steps


def test_the_same_seed_gives_the_same_bytes_and_another_other_noise():
    hit = np.full(100, 0.1, np.float32)
    assert encode(hit, 48000, 16, seed=5) == encode(hit, 48000, 16, seed=5)
    assert encode(hit, 48000, 16, seed=5) != encode(hit, 48000, 16, seed=6)
    assert encode(hit, 48000, 24, seed=5) == encode(hit, 48000, 24, seed=6)


@pytest.mark.parametrize("within", [0.0, 0.25, 0.5])
def test_dither_hides_where_within_a_step_a_sound_lies(within):
    """Rounding alone would give ``within`` 0 no error and 0.5 always half a step. With triangular
    noise the error's mean is 0 and its variance 1/4 step (1/12 rounding + 1/6 noise), anywhere."""
    hit = np.full(200_000, (100 + within) / 32768)
    error = dithered(hit, seed=2) - hit * 32768
    assert abs(error.mean()) < 0.01
    assert error.var() == pytest.approx(0.25, abs=0.01)


def test_what_is_too_loud_is_clipped_not_wrapped():
    for bits in (16, 24):
        sound, _ = decoded(encode(np.array([2.0, -2.0], np.float32), 48000, bits, seed=1))
        assert sound[0] > 0.999
        assert sound[1] < -0.999
