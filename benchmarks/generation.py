"""Making a hit: our network beside the original WaveGAN's, and beside ONNX Runtime.

Processor time of one thread. Networks alone: what is done to a hit afterwards is not in here.
"""

import io
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.player import load_model
from astrodrum_live.model.traced import traced
from astrodrum_live.model.wavegan import Generator
from benchmarks.peers import Tell, beside
from benchmarks.rows import Row, in_turns

MODEL = Path(__file__).parent.parent / "models" / "drums-v8"
PUBLISHED = ModelConfig("wavegan", ("drum",), slice_len=16384, dim=64)  # the paper's for drums
TURNS, CALLS, WARM = 7, 10, 5
OPSET = 20

Call = Callable[[], object]


def measure(tell: Tell) -> Iterator[Row]:
    """A batch of one, random weights where they are not ours: they cost the same."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    ours, wavegan = load_model(MODEL).network, Generator(PUBLISHED).eval().requires_grad_(False)
    config = ours.config
    inputs = (
        torch.randn(1, config.latent_dim), torch.eye(len(config.classes))[:1],
        torch.randn(1, config.slice_len),
    )  # fmt: skip
    z = torch.randn(1, PUBLISHED.latent_dim)
    play = _torch(traced(ours, config), *inputs)
    mine, theirs = _ms(play, _torch(wavegan, z, torch.ones(1, 1)))
    size = f"{config.slice_len / config.sample_rate:.2f} s of sound by {_millions(ours)} weights"
    size += f"; {PUBLISHED.slice_len / PUBLISHED.sample_rate:.2f} s by {_millions(wavegan)}"
    yield Row("a hit, network alone", "ms", mine, "WaveGAN (d = 64)", theirs, note=size)
    yield Row(
        "for each second of sound", "ms", mine * config.sample_rate / config.slice_len,
        "WaveGAN (d = 64)", theirs * PUBLISHED.sample_rate / PUBLISHED.slice_len,
    )  # fmt: skip
    yield from beside(["onnx", "onnxruntime"], partial(_by_onnx, ours, wavegan, inputs, z), tell)


class Body(nn.Module):
    """The part of our network before noise and sines: latent to the tracks that drive them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, z: Tensor, mix: Tensor) -> tuple[Tensor, Tensor]:
        style = self.network.style(z, mix)
        x = self.network.body(style)
        return x, self.network.tracks(x)


class Alone(nn.Module):
    """WaveGAN of one class: its latent is all it looks at."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, z: Tensor) -> Tensor:
        return self.network(z, z[:, :1])


def _by_onnx(ours: nn.Module, wavegan: nn.Module, inputs, z: Tensor) -> Iterator[Row]:
    part, single = Body(ours), Alone(wavegan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = torch.jit.freeze(torch.jit.trace(part.eval(), inputs[:2], check_trace=False))
    mine, theirs = _ms(_torch(plain, *inputs[:2]), _onnx(part, *inputs[:2]))
    why = "the exporter has no words for its FFT and sines, so not the whole of it"
    yield Row("a hit's body, traced", "ms", mine, "ONNX Runtime", theirs, note=why)
    mine, theirs = _ms(_torch(wavegan, z, torch.ones(1, 1)), _onnx(single, z))
    yield Row("a hit by WaveGAN (d = 64)", "ms", mine, "ONNX Runtime", theirs)


def _ms(*calls: Call) -> list[float]:
    for call in calls:
        for _ in range(WARM):
            call()
    return in_turns([partial(_spent_ms, call) for call in calls], TURNS)


def _spent_ms(call: Call) -> float:
    began = time.thread_time()
    for _ in range(CALLS):
        call()
    return (time.thread_time() - began) * 1e3 / CALLS


def _torch(network: Callable[..., object], *inputs: Tensor) -> Call:
    def call() -> object:
        with torch.inference_mode():
            return network(*inputs)

    return call


def _onnx(network: nn.Module, *inputs: Tensor) -> Call:
    """The same network in an ONNX Runtime session of one thread."""
    import onnxruntime

    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, inputs, file, dynamo=False, opset_version=OPSET)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        file.getvalue(), options, providers=["CPUExecutionProvider"]
    )
    names = [one.name for one in session.get_inputs()]
    given = {name: one.numpy() for name, one in zip(names, inputs, strict=True)}
    return partial(session.run, None, given)


def _millions(network: nn.Module) -> str:
    return f"{sum(weights.numel() for weights in network.parameters()) / 1e6:.1f} million"
