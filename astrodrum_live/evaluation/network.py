"""The judge: a small CNN on log-mel pictures, trained here on labels and five descriptors."""

import torch
from torch import Tensor, nn

WIDTHS = (16, 32, 48, 64)
EMBEDDED = 64
DESCRIPTORS = 5  # tools/train_embeddings.py names them


class DrumCNN(nn.Module):
    """Four blocks of convolution, batch norm and pooling, as in the net WaveGAN was scored with.

    Pictures (B, 64, 64) -> embedding (B, 64), class scores (B, C), descriptors (B, 5).
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        c_in = 1
        for c_out in WIDTHS:
            layers += [
                nn.Conv2d(c_in, c_out, 3, padding=1, bias=False),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
            c_in = c_out
        self.body = nn.Sequential(*layers)  # (B, 64, 4, 4)
        self.dense = nn.Linear(WIDTHS[-1] * 16, EMBEDDED)
        self.classes = nn.Linear(EMBEDDED, classes)
        self.descriptors = nn.Linear(EMBEDDED, DESCRIPTORS)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.body(pictures.unsqueeze(1)).flatten(1)
        # A leak keeps every dimension alive: a dead one would have no spread to be scaled by.
        x = nn.functional.leaky_relu(self.dense(nn.functional.dropout(x, 0.3, self.training)), 0.2)
        return x, self.classes(x), self.descriptors(x)


@torch.inference_mode()
def look(network: DrumCNN, pictures: Tensor, batch: int = 64) -> tuple[Tensor, Tensor]:
    """Embeddings (n, 64) and class scores (n, C) of pictures (n, 64, 64)."""
    network.eval()
    parts = [network(pictures[i : i + batch])[:2] for i in range(0, len(pictures), batch)]
    empty = torch.zeros(0, EMBEDDED), torch.zeros(0, network.classes.out_features)
    found, scores = zip(empty, *parts, strict=True)
    return torch.cat(found), torch.cat(scores)
