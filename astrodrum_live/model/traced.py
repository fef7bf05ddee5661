"""A generator recorded as a list of operations, so that Python is out of the way between them.

A hit alone is some three hundred small operations, and a fifth of its time went to calling them.
"""

import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig


def traced(network: nn.Module, config: ModelConfig) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """``network`` for one hit at a time on the CPU: the same operations, so the same bits.

    Its weights must not change any more. Where torch cannot trace, the network itself.
    """
    arguments = (
        torch.zeros(1, config.latent_dim),
        torch.eye(len(config.classes))[:1],
        torch.zeros(1, config.slice_len),
    )
    with warnings.catch_warnings(), torch.no_grad():
        # Shapes are read as constants, which they are; and tracing is old, but compiling would
        # take a C++ compiler and half a minute at every start.
        warnings.simplefilter("ignore")
        try:
            return torch.jit.freeze(torch.jit.trace(network, arguments, check_trace=False))
        except (AttributeError, RuntimeError):
            return network
