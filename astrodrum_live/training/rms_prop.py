"""RMSProp as TensorFlow 1 has it, which the published rates were chosen for.

Torch's own starts its running mean at zero and adds epsilon after the root; here it starts at one,
so that the first steps are small, and epsilon stands under the root.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

EPSILON = 1e-10


class RmsProp(torch.optim.Optimizer):
    """``weight -= rate * slope / sqrt(mean + 1e-10)``, ``mean`` the running mean of the slope's
    square, forgotten by ``decay`` a step."""

    def __init__(self, weights: Iterable[nn.Parameter], rate: float, decay: float = 0.9) -> None:
        super().__init__(weights, {"lr": rate, "decay": decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, weight.grad, group["lr"], group["decay"])

    def _move(self, weight: Tensor, slope: Tensor, rate: float, decay: float) -> None:
        state = self.state[weight]
        if not state:
            state["mean_square"] = torch.ones_like(weight)
        mean = state["mean_square"].lerp_(slope.square(), 1 - decay)
        weight.addcdiv_(slope, (mean + EPSILON).sqrt(), value=-rate)
