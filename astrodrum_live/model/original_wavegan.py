"""Generators trained by the original WaveGAN (chrisdonahue/wavegan): names and layouts mapped.

TensorFlow has time before channels and a transposed convolution's kernel as (1, taps, out, in).
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.config import SLICE_LENS, ModelConfig
from astrodrum_live.model.tensor_bundle import TensorBundle
from astrodrum_live.model.wavegan import FIRST_STEPS, layer_strides, layer_widths

SCOPE = "G"
KERNELS = {"zeros": "conv2d_transpose", "nearest": "conv1d"}
POST_FILTER = f"{SCOPE}/pp_filt/conv1d/kernel"
NORM_EPSILON = 1e-3  # of tf.layers.batch_normalization
SLOTS = re.compile(r"/(Adam|Adam_1|RMSProp|RMSProp_1|Momentum|ExponentialMovingAverage)$")
PUBLISHED_RATE = 16000  # Hz, the original's default


@dataclass(frozen=True)
class OriginalGenerator:
    """``config`` and ``arrays`` as our ``Generator`` takes them; ``steps`` it was trained, -1 where
    the checkpoint does not tell; ``normed``: batch norm was folded into the layers."""

    config: ModelConfig
    arrays: dict[str, np.ndarray]
    steps: int
    normed: bool


def read_original(
    bundle: TensorBundle, name: str, rate: int | None = None, slice_len: int | None = None
) -> OriginalGenerator:
    """The generator in a checkpoint, as a model of the one class ``name``.

    ``rate``: Hz; ``slice_len``: frames. Neither is in the weights, but for 16384 frames, which is
    five layers: None takes them from the original's ``args.txt`` beside the checkpoint, and the
    rate from its default. Errors: ``ModelError`` naming the tensor or the option.
    """
    told = _arguments(bundle.prefix.parent / "args.txt")
    upsample = next((k for k, v in KERNELS.items() if _layer(0, v) in bundle), "zeros")
    layers = 6 if _layer(5, KERNELS[upsample]) in bundle else 5
    slice_len = _slice_len(bundle, layers, slice_len, told.get("data_slice_len"))
    latent_dim, outputs = _shape(bundle, f"{SCOPE}/z_project/dense/kernel", 2)
    dim = outputs // (FIRST_STEPS * 2 ** (layers - 1))
    last = _shape(bundle, _layer(layers - 1, KERNELS[upsample]), 4 if upsample == "zeros" else 3)
    kernel_len, channels = (last[1], last[2]) if upsample == "zeros" else (last[0], last[2])
    if channels != 1:
        raise ModelError(f"{bundle.prefix}: makes {channels} channels; only mono can be played")
    try:
        config = ModelConfig(
            "wavegan", (name,), rate or told.get("data_sample_rate") or PUBLISHED_RATE, slice_len,
            latent_dim, dim, kernel_len, upsample=upsample,
            post_filter=_shape(bundle, POST_FILTER, 3)[0] if POST_FILTER in bundle else 0,
        )  # fmt: skip
    except ValueError as error:
        raise ModelError(f"{bundle.prefix}: not a network this program has: {error}") from error
    return _Reader(bundle, config).read()


class _Reader:
    """Reads tensor by tensor, and knows at the end which were left over."""

    def __init__(self, bundle: TensorBundle, config: ModelConfig) -> None:
        self.bundle, self.config = bundle, config
        self.used: set[str] = set()

    def read(self) -> OriginalGenerator:
        config, normed = self.config, False
        widths = layer_widths(config.dim, config.slice_len)
        first = widths[0]
        scope = f"{SCOPE}/z_project"
        kernel = self._take(f"{scope}/dense/kernel", (config.latent_dim, FIRST_STEPS * first))
        bias = self._take(f"{scope}/dense/bias", (FIRST_STEPS * first,))
        kernel, bias, normed = self._normed(
            scope, kernel.reshape(-1, FIRST_STEPS, first), bias.reshape(FIRST_STEPS, first)
        )
        arrays = {
            "dense.weight": kernel.transpose(2, 1, 0).reshape(-1, config.latent_dim),
            "dense.bias": bias.T.reshape(-1),
        }
        kind = KERNELS[config.upsample]
        for i, (c_in, c_out) in enumerate(zip(widths, (*widths[1:], 1), strict=True)):
            scope = f"{SCOPE}/upconv_{i}"
            if config.upsample == "zeros":
                shape = (1, config.kernel_len, c_out, c_in)
                kernel = self._take(_layer(i, kind), shape)[0].swapaxes(1, 2)
            else:
                kernel = self._take(_layer(i, kind), (config.kernel_len, c_in, c_out))
            bias = self._take(f"{scope}/{kind}/bias", (c_out,))
            kernel, bias, also = self._normed(scope, kernel, bias)  # (taps, in, out), (out,)
            normed = normed or also
            order = (1, 2, 0) if config.upsample == "zeros" else (2, 1, 0)
            arrays |= {f"ups.{i}.weight": kernel.transpose(order), f"ups.{i}.bias": bias}
        if config.post_filter:
            taps = self._take(POST_FILTER, (config.post_filter, 1, 1))
            arrays["post_filter.weight"] = taps.transpose(2, 1, 0)
        self._must_be_all()
        arrays = {key: np.ascontiguousarray(value, np.float32) for key, value in arrays.items()}
        known = "global_step" in self.bundle
        steps = int(self._take("global_step", ())) if known else -1
        return OriginalGenerator(config, arrays, steps, normed)

    def _take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        found = self.bundle.shape(name)
        if found != shape:
            raise ModelError(
                f"{self.bundle.prefix}.index: tensor '{name}' has shape {found}; a network of "
                f"d = {self.config.dim} and {self.config.slice_len} frames needs {shape}"
            )
        array = self.bundle.read(name)
        if not np.isfinite(array).all():
            raise ModelError(
                f"{self.bundle.prefix}: tensor '{name}' holds values that are not finite: the "
                "training had diverged; import an earlier checkpoint"
            )
        self.used.add(name)
        return array

    def _normed(
        self, scope: str, kernel: np.ndarray, bias: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, bool]:
        """Kernel and bias, channels last, with a batch norm after them folded in; was there one?"""
        norm = f"{scope}/batch_normalization"
        if f"{norm}/gamma" not in self.bundle:
            return kernel, bias, False
        gamma, beta, mean, variance = (
            self._take(f"{norm}/{part}", bias.shape[-1:]).astype(np.float64)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + NORM_EPSILON)
        return kernel * scale, (bias - mean) * scale + beta, True

    def _must_be_all(self) -> None:
        for name in self.bundle.entries:
            if name.startswith(f"{SCOPE}/") and name not in self.used and not SLOTS.search(name):
                raise ModelError(
                    f"{self.bundle.prefix}.index: tensor '{name}' has no place in the original's "
                    "network; a generator that was changed cannot be imported"
                )


def _slice_len(bundle: TensorBundle, layers: int, asked: int | None, told: int | None) -> int:
    """Frames of a slice; 32768 and 65536 differ in a stride only, which no tensor shows."""
    fits = [length for length in SLICE_LENS if len(layer_strides(length)) == layers]
    found = asked or told or (fits[0] if len(fits) == 1 else None)
    if found not in fits:
        raise ModelError(
            f"{bundle.prefix}: a generator of {layers} layers makes "
            f"{' or '.join(map(str, fits))} frames"
            + (f", not {found}" if found else ", and its tensors do not tell which")
            + f"; give --slice {' or '.join(map(str, fits))}"
        )
    return found


def _arguments(path: Path) -> dict[str, int]:
    """The whole numbers among the options that the original leaves in ``args.txt``."""
    if not path.is_file():
        return {}
    pairs = (line.partition(",") for line in path.read_text("utf-8", "replace").splitlines())
    return {key: int(value) for key, _, value in pairs if value.isdecimal() and len(value) < 10}


def _layer(number: int, kind: str) -> str:
    return f"{SCOPE}/upconv_{number}/{kind}/kernel"


def _shape(bundle: TensorBundle, name: str, dims: int) -> tuple[int, ...]:
    shape = bundle.shape(name)
    if len(shape) != dims or math.prod(shape) == 0:
        raise ModelError(
            f"{bundle.prefix}.index: tensor '{name}' has shape {shape}; the original's has {dims} "
            "dimensions"
        )
    return shape
