"""Up-sampling by sub-pixel convolution, steps first, as one matrix product."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SubPixel(nn.Conv1d):
    """A convolution to ``stride`` times the channels, and those read as steps: one matrix product.

    Steps come first, (B, T, C) -> (B, T * stride, C'): so the product is the result as it lies.
    """

    def __init__(self, c_in: int, c_out: int, taps: int, stride: int, bias: bool = True) -> None:
        super().__init__(c_in, c_out * stride, taps, padding=taps // 2, bias=bias)
        self.out, self.times, self.taps = c_out, stride, taps
        self._laid: tuple[Tensor, Tensor | None] | None = None

    def forward(self, x: Tensor) -> Tensor:
        matrix, bias = self._laid or self._lay()
        steps = F.linear(columns_of(x, self.taps), matrix, bias)  # (B, T, stride * C')
        return steps.view(len(x), -1, self.out)

    def settle(self) -> None:
        """Lay the weights out once and for all: they must not be changed any more."""
        self._laid = self._lay()

    def _lay(self) -> tuple[Tensor, Tensor | None]:
        matrix = self.weight.unflatten(0, (self.out, self.times)).permute(1, 0, 3, 2)
        bias = self.bias
        if bias is not None:
            bias = bias.view(self.out, self.times).T.flatten()
        return matrix.flatten(2).flatten(0, 1), bias  # (stride * C', taps * C)


def columns_of(x: Tensor, taps: int) -> Tensor:
    """Steps (B, T, C), each beside its neighbours: (B, T, taps * C)."""
    steps = x.shape[1]
    padded = F.pad(x, (0, 0, taps // 2, taps // 2))
    return torch.cat([padded[:, k : k + steps] for k in range(taps)], dim=2)
