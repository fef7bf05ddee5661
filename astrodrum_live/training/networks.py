"""What a run ships: a generator and, where it has one, the encoder that belongs to it."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn


@dataclass(frozen=True)
class Networks:
    """Networks as they stood at ``step``."""

    generator: nn.Module
    encoder: nn.Module | None
    step: int

    def tensors(self) -> dict[str, torch.Tensor]:
        """All their tensors, as ``generator.NAME`` and ``encoder.NAME``."""
        return {
            f"{kind}.{name}": tensor
            for kind, module in self._modules().items()
            for name, tensor in module.state_dict().items()
        }

    def arrays(self) -> dict[str, dict[str, np.ndarray]]:
        """Their tensors by network and name, as ``save_model`` takes them."""
        return {
            kind: {name: t.detach().cpu().numpy() for name, t in module.state_dict().items()}
            for kind, module in self._modules().items()
        }

    def filled(self, tensors: dict[str, torch.Tensor], step: int) -> "Networks":
        """A copy that holds ``tensors`` of ``step`` instead."""
        modules = copy.deepcopy(self._modules())
        for kind, module in modules.items():
            prefix = f"{kind}."
            module.load_state_dict(
                {key[len(prefix) :]: t for key, t in tensors.items() if key.startswith(prefix)}
            )
        return Networks(modules["generator"], modules.get("encoder"), step)

    def _modules(self) -> dict[str, nn.Module]:
        encoder = {"encoder": self.encoder} if self.encoder is not None else {}
        return {"generator": self.generator} | encoder
