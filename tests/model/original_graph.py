"""The original WaveGAN's generator in TensorFlow, from its description: names, layouts, edges.

Run as a program (``python tests/model/original_graph.py``, with TensorFlow) it makes the fixtures
in ``tests/model/data`` again: tiny random checkpoints and what TensorFlow itself made of them.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FIXTURES = Path(__file__).parent / "data" / "original_wavegan"


@dataclass(frozen=True)
class Original:
    """The original's options that change its generator."""

    slice_len: int = 16384
    dim: int = 1
    latent_dim: int = 4
    upsample: str = "zeros"
    post_filter: int = 0
    batch_norm: bool = False
    slots: bool = False  # what Adam and the critic leave in the checkpoints of a training


CASES = {
    "post_filter": Original(post_filter=512, slots=True),
    "short": Original(dim=2, latent_dim=6),
    "middle": Original(32768),
    "long": Original(65536),
    "nearest": Original(upsample="nearest"),
    "nearest_middle": Original(32768, upsample="nearest"),
    "batch_norm": Original(batch_norm=True),
}
COMMITTED = ("post_filter", "nearest", "long", "batch_norm")


def save_original(case: Original, folder: Path, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Write a random checkpoint as the original's training does; latents and TensorFlow's waves."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    import tensorflow

    tf = tensorflow.compat.v1
    z = np.random.RandomState(seed).uniform(-1, 1, (2, case.latent_dim)).astype(np.float32)
    with tensorflow.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(seed)
        with tf.variable_scope("G"):
            wave = _generator(tf, case, tf.constant(z))
        tf.get_variable("global_step", shape=(), dtype=tf.int64, trainable=False)
        if case.slots:
            _critic_and_slots(tf)
        session.run(tf.global_variables_initializer())
        session.run(tf.assign(_variable(tf, "global_step"), 18207))
        told = [f"data_slice_len,{case.slice_len}", "data_sample_rate,44100", "data_dir,kicks"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "args.txt").write_text("\n".join(told))
        tf.train.Saver(save_relative_paths=True).save(
            session, str(folder / "model.ckpt"), 18207, write_meta_graph=False
        )
        return z, session.run(wave)[:, :, 0]


def _generator(tf: Any, case: Original, z: Any) -> Any:
    layers = 5 if case.slice_len == 16384 else 6
    channels = [case.dim * 2**i for i in reversed(range(layers))] + [1]
    strides = [4] * 5 if layers == 5 else [4] * 5 + [2 if case.slice_len == 32768 else 4]
    with tf.variable_scope("z_project"):
        with tf.variable_scope("dense"):
            outputs = 16 * channels[0]
            x = tf.matmul(z, _weights(tf, "kernel", (case.latent_dim, outputs), case.latent_dim))
            x = x + _weights(tf, "bias", (outputs,))
        x = _normed(tf, case, tf.reshape(x, [-1, 16, channels[0]]))
    for i, (c_in, c_out, stride) in enumerate(zip(channels, channels[1:], strides, strict=False)):
        with tf.variable_scope(f"upconv_{i}"):
            x = _up(tf, case.upsample, tf.nn.relu(x), c_in, c_out, stride)
            x = _normed(tf, case, x) if i < layers - 1 else x
    x = tf.tanh(x)
    if case.post_filter:
        with tf.variable_scope("pp_filt/conv1d"):
            kernel = _weights(tf, "kernel", (case.post_filter, 1, 1), case.post_filter)
            x = tf.nn.conv1d(x, kernel, 1, "SAME")
    return x


def _up(tf: Any, upsample: str, x: Any, c_in: int, c_out: int, stride: int) -> Any:
    steps = int(x.shape[1])
    if upsample == "nearest":
        with tf.variable_scope("conv1d"):
            x = tf.image.resize_nearest_neighbor(x[:, None], [1, steps * stride])[:, 0]
            x = tf.nn.conv1d(x, _weights(tf, "kernel", (25, c_in, c_out), 25 * c_in), 1, "SAME")
            return x + _weights(tf, "bias", (c_out,))
    with tf.variable_scope("conv2d_transpose"):
        kernel = _weights(tf, "kernel", (1, 25, c_out, c_in), 25 * c_in / stride)
        shape = [int(x.shape[0]), 1, steps * stride, c_out]
        x = tf.nn.conv2d_transpose(x[:, None], kernel, shape, [1, 1, stride, 1], "SAME")[:, 0]
        return x + _weights(tf, "bias", (c_out,))


def _normed(tf: Any, case: Original, x: Any) -> Any:
    """Batch norm as it is when generating: by the running moments."""
    if not case.batch_norm:
        return x
    with tf.variable_scope("batch_normalization"):
        width = (int(x.shape[-1]),)
        beta, mean = _weights(tf, "beta", width), _weights(tf, "moving_mean", width)
        gamma, variance = (
            tf.get_variable(name, width, initializer=tf.random_uniform_initializer(0.5, 1.5))
            for name in ("gamma", "moving_variance")
        )
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-3)


def _critic_and_slots(tf: Any) -> None:
    for variable in list(tf.global_variables("G/z_project")):
        for slot in ("Adam", "Adam_1"):
            tf.get_variable(f"{variable.op.name}/{slot}", initializer=tf.zeros(variable.shape))
    _weights(tf, "D/downconv_0/conv1d/kernel", (25, 1, 2))
    tf.get_variable("beta1_power", initializer=0.5)


def _weights(tf: Any, name: str, shape: tuple[int, ...], fan_in: float = 67.0) -> Any:
    """Uniform within sqrt(6 / fan_in) (He et al. 2015), so that the last layer is heard."""
    reach = (6 / fan_in) ** 0.5
    return tf.get_variable(name, shape, initializer=tf.random_uniform_initializer(-reach, reach))


def _variable(tf: Any, name: str) -> Any:
    return next(v for v in tf.global_variables() if v.op.name == name)


def heard(frames: int) -> np.ndarray:
    """The frames of a wave that a fixture keeps: both ends whole, every 97th between."""
    return np.unique(np.r_[0:300, frames - 300 : frames, 0:frames:97])


def main() -> None:
    """Make the fixtures again."""
    for name in COMMITTED:
        folder = FIXTURES / name
        shutil.rmtree(folder, ignore_errors=True)
        z, wave = save_original(CASES[name], folder)
        np.savez(folder / "expected.npz", z=z, wave=wave[:, heard(wave.shape[1])])


if __name__ == "__main__":
    main()
