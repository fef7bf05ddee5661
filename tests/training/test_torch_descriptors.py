"""What knobs are sought by is what they are graded by; and its gradients are right."""

from pathlib import Path

import numpy as np
import torch

from astrodrum_live.model.descriptors import DESCRIPTORS, describe
from astrodrum_live.model.player import load_model
from astrodrum_live.training.slopes import sense_of
from astrodrum_live.training.torch_descriptors import Ear

RATE, FRAMES = 44100, 16384
CLOSE = {"brightness": 1e-3, "decay": 0.1, "punch": 1e-3, "body": 1e-3, "noisiness": 0.05,
         "tuning": 0.02}  # fmt: skip


def drums() -> np.ndarray:
    """Tones that die away, with noise between none and all, their onsets a little late."""
    random, t = np.random.RandomState(0), np.arange(FRAMES) / RATE
    made = []
    for k, share in enumerate(np.linspace(0, 1, 8)):
        tone = np.sin(2 * np.pi * (60 + 40 * k) * t) * np.exp(-t * 12)
        noise = random.standard_normal(FRAMES) * np.exp(-t * (20 + 5 * k))
        made.append(np.roll((1 - share) * tone + share * noise, 3 * k))
        made[-1][: 3 * k] = 0
    return np.array(made, dtype=np.float32) * 0.5


def test_descriptors_in_torch_are_those_of_numpy() -> None:
    exact = describe(drums(), RATE).values
    found = Ear(FRAMES, RATE)(torch.from_numpy(drums())).numpy()
    for j, name in enumerate(DESCRIPTORS):
        np.testing.assert_array_equal(np.isnan(found[:, j]), np.isnan(exact[:, j]))
        np.testing.assert_allclose(found[:, j], exact[:, j], atol=CLOSE[name], err_msg=name)


def test_gradients_of_a_models_descriptors_are_their_differences(tiny_model: Path) -> None:
    model = load_model(tiny_model)
    sense, seeds = sense_of(model), np.arange(3, dtype=np.uint64)
    z = np.stack([model.prior.sample(0, int(seed)) for seed in seeds]).astype(np.float32)
    mix = np.eye(len(model.config.classes), dtype=np.float32)[[0] * 3]
    values, gradients = sense(z, mix, seeds)
    step = 0.02 * np.eye(z.shape[1], dtype=np.float32)[1]
    around = [sense(z + sign * step, mix, seeds)[0] for sign in (1, -1)]
    slope = (around[0] - around[1]) / 0.04
    assert gradients.shape == (3, len(DESCRIPTORS), z.shape[1])
    for name in ("brightness", "punch", "body"):
        j = DESCRIPTORS.index(name)
        assert np.isfinite(values[:, j]).all()
        np.testing.assert_allclose(gradients[:, j, 1], slope[:, j], rtol=0.1, atol=0.01)
