"""The two frozen embeddings every distance is taken in: mel-PCA (E1) and DrumCNN (E2).

Made once by ``tools/train_embeddings.py`` from training drums; figures compare only where the
file's hash is the same.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from astrodrum_live.evaluation.features import clips, pictures, summaries
from astrodrum_live.evaluation.network import DrumCNN, look

FILE = Path(__file__).with_name("embeddings.safetensors")
PCA_DIMENSIONS = 32
CHUNK = 256  # hits: bounds the memory of their frames
AGAIN = "restore it from the repository, or make it with tools/train_embeddings.py"


class EmbeddingError(Exception):
    """The frozen file cannot be used: names it, what is wrong and the remedy."""


@dataclass(frozen=True)
class Seen:
    """Hits as the embeddings see them: ``e1`` (n, 32), ``e2`` (n, 64), ``scores`` (n, classes)."""

    e1: np.ndarray
    e2: np.ndarray
    scores: np.ndarray

    def __getitem__(self, index: np.ndarray) -> "Seen":
        return Seen(self.e1[index], self.e2[index], self.scores[index])


@dataclass(frozen=True)
class Embeddings:
    """Both embeddings. ``classes``: those the CNN tells apart. ``told``: how it was made, its
    accuracy on real hits it was not trained on. ``hash``: 12 hex digits of the file's SHA-256.
    """

    classes: tuple[str, ...]
    mean: np.ndarray
    axes: np.ndarray
    network: DrumCNN
    centre: np.ndarray
    spread: np.ndarray
    hash: str
    told: dict[str, Any] = field(default_factory=dict)

    def see(self, waves: np.ndarray, rate: int) -> Seen:
        """Embed hits (n, frames) at ``rate``. E2 has mean 0 and deviation 1 on training hits."""
        parts = [self._see(waves[i : i + CHUNK], rate) for i in range(0, len(waves), CHUNK)]
        return Seen(
            *(np.concatenate([getattr(p, name) for p in parts]) for name in ("e1", "e2", "scores"))
        )

    def _see(self, waves: np.ndarray, rate: int) -> Seen:
        sound = clips(waves, rate)
        e1 = (summaries(sound) - self.mean) @ self.axes.T
        found, scores = look(self.network, torch.from_numpy(pictures(sound)))
        e2 = (found.numpy() - self.centre) / self.spread
        return Seen(e1.astype(np.float64), e2.astype(np.float64), scores.numpy().astype(np.float64))


def fit_pca(seen: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (F,) and the 32 axes (32, F) of largest variance of weighted summaries (n, F)."""
    share = (weight / weight.sum())[:, None]
    mean = (share * seen).sum(axis=0)
    centred = np.sqrt(share) * (seen - mean)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:PCA_DIMENSIONS]
    return mean.astype(np.float32), axes.astype(np.float32)


def save_embeddings(
    path: Path, classes: tuple[str, ...], arrays: dict[str, np.ndarray], network: DrumCNN,
    told: dict[str, Any],
) -> str:  # fmt: skip
    """Write ``path`` and, beside it, the JSON that tells its SHA-256; the hash.

    ``arrays``: ``mean``, ``axes``, ``centre``, ``spread``.
    """
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, tensor in network.state_dict().items():
        tensors[f"cnn.{name}"] = tensor.cpu().numpy()
    blob = save(tensors)
    digest = hashlib.sha256(blob).hexdigest()
    path.write_bytes(blob)
    values = {"sha256": digest, "classes": list(classes), **told}
    path.with_suffix(".json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return digest[:12]


def load_embeddings(path: Path = FILE) -> Embeddings:
    """The frozen embeddings. Errors: ``EmbeddingError``."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        blob = path.read_bytes()
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        classes, expected = tuple(told.pop("classes")), told.pop("sha256")
    except OSError as error:
        raise EmbeddingError(
            f"{error.filename}: cannot be read ({error.strerror}); {AGAIN}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbeddingError(
            f"{path.with_suffix('.json')}: does not tell the embeddings ({error!r}); {AGAIN}"
        ) from error
    digest = hashlib.sha256(blob).hexdigest()
    if digest != expected:
        raise EmbeddingError(f"{path}: is not the file its JSON was written for; {AGAIN}")
    try:
        tensors = load(blob)
        network = DrumCNN(len(classes))
        state = {k.removeprefix("cnn."): v for k, v in tensors.items() if k.startswith("cnn.")}
        network.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()})
        arrays = {name: tensors[name] for name in ("mean", "axes", "centre", "spread")}
    except (SafetensorError, RuntimeError, KeyError) as error:
        raise EmbeddingError(f"{path}: does not hold the embeddings ({error}); {AGAIN}") from error
    network.eval().requires_grad_(False)
    return Embeddings(classes, network=network, hash=digest[:12], told=told, **arrays)
