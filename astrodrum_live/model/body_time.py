"""When the steps of the live generator's body are, and how its tracks are read evenly."""

import torch
from torch import Tensor, nn

START = 16  # steps of the first layer; the body has START * 16
STEP = 64  # frames in a step of the body's first half
HEAD_STEPS = START * 8
HEAD = HEAD_STEPS * STEP  # 8192 frames, 186 ms at 44.1 kHz


class BodyTime(nn.Module):
    """When the body's steps are: evenly over the head, and evenly over what follows it."""

    before: Tensor
    share: Tensor

    def __init__(self, slice_len: int) -> None:
        super().__init__()
        half = HEAD_STEPS
        frame = (torch.arange(half, slice_len // STEP, dtype=torch.float64) + 0.5) * STEP - HEAD
        stretch = (slice_len - HEAD) / HEAD  # 1, 3 or 7: of a step's length in the tail
        place = (half + frame / (STEP * stretch) - 0.5).clamp(max=2 * half - 1)
        before = place.floor().clamp(max=2 * half - 2)
        self.register_buffer("before", before.long(), persistent=False)
        self.register_buffer("share", (place - before).float().unsqueeze(1), persistent=False)
        self.even_already = stretch == 1

    def even(self, x: Tensor) -> Tensor:
        """The body's tracks (B, T, C), linearly read every 64 frames: (B, N / 64, C)."""
        if self.even_already:
            return x
        a, b = x.index_select(1, self.before), x.index_select(1, self.before + 1)
        return torch.cat([x[:, :HEAD_STEPS], torch.lerp(a, b, self.share)], dim=1)
