"""Starting a run from a model that is trained already, where its tensors fit."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.model.checkpoint import ModelError, read_card, read_network
from astrodrum_live.model.encoder import MELS

EMBEDDING = "embed.weight"  # (S, classes)
ENCODER_HEAD = "head.0.weight"  # (out, channels * mel bands * frames)


def start_from(
    folder: str | Path, networks: dict[str, nn.Module], classes: tuple[str, ...]
) -> list[str]:
    """Fill ``networks`` (``generator``, ``encoder``) from the model in ``folder``.

    A class takes the embedding of its name; a new one that of the class its name ends in
    (``e_kick`` of ``kick``), or else their mean. An encoder of shorter slices listens to the first
    part of the new ones. Whatever is of another shape keeps its fresh start.
    Returns the names of those tensors. Errors: ``ModelError``.
    """
    card = read_card(folder)
    fresh = []
    for prefix, network in networks.items():
        old = read_network(card, prefix)
        state = network.state_dict()
        for name, tensor in state.items():
            found = old.get(name)
            if found is not None and name == EMBEDDING:
                found = _embedding(found, card.config.classes, classes)
            if found is not None and prefix == "encoder" and name == ENCODER_HEAD:
                found = _longer(found, tensor)
            if found is None or found.shape != tuple(tensor.shape):
                fresh.append(f"{prefix}.{name}")
                continue
            state[name] = torch.from_numpy(np.array(found))
        network.load_state_dict(state)
    if len(fresh) == sum(len(network.state_dict()) for network in networks.values()):
        raise ModelError(f"{folder}: nothing in it fits this recipe; train without --from")
    return fresh


def _embedding(old: np.ndarray, had: tuple[str, ...], classes: tuple[str, ...]) -> np.ndarray:
    mean = old.mean(axis=1)
    columns = []
    for name in classes:
        akin = [i for i, other in enumerate(had) if name == other or name.endswith("_" + other)]
        columns.append(old[:, max(akin, key=lambda i: len(had[i]))] if akin else mean)
    return np.stack(columns, axis=1)


def _longer(old: np.ndarray, new: Tensor) -> np.ndarray | None:
    """The head's weights with zeros for the frames that are new; None where it does not fit."""
    rows = MELS // 16
    if len(old) != len(new) or new.shape[1] % rows or old.shape[1] > new.shape[1]:
        return None
    channels = 4 * len(old) // 8  # model/encoder.py: 4 of the 8 widths
    frames = new.shape[1] // (channels * rows)
    had = old.reshape(len(old), channels, rows, -1)
    grown = np.zeros((len(old), channels, rows, frames), dtype=old.dtype)
    grown[..., : had.shape[-1]] = had
    return grown.reshape(len(old), -1)
