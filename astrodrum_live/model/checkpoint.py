"""A model on disk: a folder with its weights, a config that explains them, and a card.

``weights.safetensors`` holds ``generator.*``, the prior's arrays as ``prior.*``, the knobs' as
``knobs.*`` and, where there is one, ``encoder.*``; ``config.json`` the rest. Nothing here unpickles
anything, and nothing imports torch: ``model/player.py`` builds the network.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.knobs import Knobs
from astrodrum_live.model.latents import (
    MixturePrior,
    NormalPrior,
    Prior,
    UniformPrior,
)
from astrodrum_live.whole_file import whole_file

FORMAT = 1
WEIGHTS = "weights.safetensors"
CONFIG = "config.json"
NEXT = ".config.json.next"  # of a save that has not come to its end
PICKLES = (".pt", ".pth", ".bin", ".pkl", ".ckpt")
PICKLE_HEADS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
AGAIN = "copy the folder again, or train the model anew with 'astrodrum train'"


class ModelError(Exception):
    """A model folder that cannot be used: names the file, what is wrong and the remedy."""


@dataclass(frozen=True)
class ModelCard:
    """What a model folder says of itself.

    ``hash``: first 12 hex digits of the SHA-256 of the weights file (prior and knobs included), the
    name a hit is found by. ``training``, ``data``, ``scores``: as written by the trainer.
    ``knobs``: None for a model whose knobs were not looked for. ``knob_report``: their grades.
    """

    folder: Path
    config: ModelConfig
    prior: Prior
    hash: str
    training: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    knobs: Knobs | None = None
    knob_report: dict[str, Any] = field(default_factory=dict)


def read_card(folder: str | Path) -> ModelCard:
    """Config, hash, prior and scores of the model in ``folder``, without torch.

    Errors: ``ModelError`` for a missing folder or file, a config that does not hold, weights that
    are cut short, changed since they were written, or pickled.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such model folder; {_models_beside(folder)}")
    values = _config_of(folder)
    weights = folder / WEIGHTS
    digest = _digest(weights)
    if digest != values["weights_sha256"]:
        raise ModelError(
            f"{weights}: is not the file {CONFIG} was written for (cut short or changed); {AGAIN}"
        )
    try:
        config = ModelConfig.from_dict(values["model"])
    except ValueError as error:
        raise ModelError(f"{folder / CONFIG}: model: {error}; {AGAIN}") from error
    prior = _read_prior(values["prior"], config, weights)
    told = {key: values.get(key, {}) for key in ("training", "data", "scores")}
    knobs = _read_knobs(weights, config)
    report = values.get("knobs", {})
    return ModelCard(folder, config, prior, digest[:12], **told, knobs=knobs, knob_report=report)


def save_model(
    folder: Path, config: ModelConfig, prior: Prior, networks: dict[str, dict[str, np.ndarray]],
    training: dict[str, Any], data: dict[str, Any], scores: dict[str, Any],
) -> str:  # fmt: skip
    """Write weights and config, both or neither, whenever it is killed; the hash.

    ``networks``: ``generator`` (and ``encoder``) to their tensors by name.
    """
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{network}.{name}": np.ascontiguousarray(array)
        for network, state in networks.items()
        for name, array in state.items()
    }
    if isinstance(prior, MixturePrior):
        tensors |= {f"prior.{k}": np.ascontiguousarray(v) for k, v in prior.arrays().items()}
    blob = save(tensors)
    digest = hashlib.sha256(blob).hexdigest()
    values = {
        "format": FORMAT,
        "weights_sha256": digest,
        "model": config.to_dict(),
        "prior": {"kind": prior.kind},
        "training": training,
        "data": data,
        "scores": scores,
    }
    _replace_both(folder, blob, values)
    return digest[:12]


def store_knobs(card: ModelCard, knobs: Knobs, report: dict[str, Any]) -> ModelCard:
    """Give a model folder knobs in place of those it may have; its new card.

    ``report``: what was measured, kept as ``knobs`` in the config. The hash changes: knobs are part
    of what a hit is made from. Errors: ``ModelError``, ``OSError``.
    """
    from safetensors.numpy import save

    weights = card.folder / WEIGHTS
    kept = {k: v for k, v in _tensors(weights, "").items() if not k.startswith("knobs.")}
    blob = save(kept | {f"knobs.{name}": array for name, array in knobs.arrays().items()})
    values = _config_of(card.folder)
    values["weights_sha256"] = hashlib.sha256(blob).hexdigest()
    values["knobs"] = report
    _replace_both(card.folder, blob, values)
    return read_card(card.folder)


def read_network(card: ModelCard, name: str) -> dict[str, np.ndarray]:
    """The tensors of ``generator`` or ``encoder`` by name; empty where there is none."""
    return _tensors(card.folder / WEIGHTS, f"{name}.")


def write_scores(folder: Path, scores: dict[str, Any]) -> None:
    """Replace what ``config.json`` tells of the model's scores. Errors: ``ModelError``."""
    path = Path(folder) / CONFIG
    values = _config_of(path.parent) | {"scores": scores}
    replace_file(path, (json.dumps(values, indent=2) + "\n").encode())


def _replace_both(folder: Path, blob: bytes, values: dict[str, Any]) -> None:
    """New weights and their config. The moment at which the weights are in place decides: before it
    the folder is the old model, after it ``_config_of`` finds the new config."""
    if (folder / NEXT).exists():  # it may be all that tells of the weights that are there
        with suppress(ModelError):
            replace_file(
                folder / CONFIG, (json.dumps(_config_of(folder), indent=2) + "\n").encode()
            )
    replace_file(folder / NEXT, (json.dumps(values, indent=2) + "\n").encode())
    try:
        replace_file(folder / WEIGHTS, blob)
    except OSError:
        (folder / NEXT).unlink(missing_ok=True)
        raise
    os.replace(folder / NEXT, folder / CONFIG)


def _config_of(folder: Path) -> dict[str, Any]:
    """The config of a model's weights: ``CONFIG``, or the one that a save cut off has left beside
    it, where that is theirs. Errors: ``ModelError``."""
    values = _read_config(folder / CONFIG)
    if (folder / NEXT).exists():
        digest = _digest(folder / WEIGHTS)
        if digest != values["weights_sha256"]:
            waiting = _read_config(folder / NEXT)
            return waiting if digest == waiting["weights_sha256"] else values
    return values


def replace_file(path: Path, blob: bytes) -> None:
    """Write ``path`` so that it is at every moment either the old file or the whole new one.

    Errors: ``OSError`` that names ``path``.
    """
    with whole_file(path) as part, part.open("wb") as out:
        out.write(blob)
        out.flush()
        os.fsync(out.fileno())


def _models_beside(folder: Path) -> str:
    """What there is instead of a model that is not there."""
    names = sorted(path.parent.name for path in folder.parent.glob(f"*/{CONFIG}"))
    if names:
        return f"beside it there are: {', '.join(names)}"
    return "there is none beside it either: restore the folder, or make one with 'astrodrum train'"


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: is not valid JSON ({error}); {AGAIN}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path}: is not a table of keys; {AGAIN}")
    if values.get("format") != FORMAT:
        raise ModelError(
            f"{path}: has format {values.get('format')!r}, this program reads {FORMAT}; "
            "use the version of astrodrum-live it was made with, or train it anew"
        )
    for key in ("weights_sha256", "model", "prior"):
        if key not in values:
            raise ModelError(f"{path}: the key '{key}' is missing; {AGAIN}")
    for key in ("training", "data", "scores", "knobs"):
        if not isinstance(values.get(key, {}), dict):
            raise ModelError(f"{path}: '{key}' is not a table of keys; {AGAIN}")
    return values


def _digest(path: Path) -> str:
    try:
        blob = path.read_bytes()
    except OSError as error:
        pickled = [f.name for f in path.parent.glob("*") if f.suffix in PICKLES]
        if pickled:
            raise ModelError(
                f"{path}: missing; {pickled[0]} is a pickle, which can run code and is never "
                "opened: save its weights as safetensors"
            ) from error
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {AGAIN}") from error
    if blob[:4] == b"PK\x03\x04" or blob[:2] in PICKLE_HEADS:
        raise ModelError(
            f"{path}: is a pickle, which can run code and is never opened; save its weights as "
            "safetensors"
        )
    return hashlib.sha256(blob).hexdigest()


def _tensors(path: Path, prefix: str) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            names = [name for name in stored.keys() if name.startswith(prefix)]  # noqa: SIM118
            return {name[len(prefix) :]: stored.get_tensor(name) for name in names}
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: is not a whole safetensors file ({error}); {AGAIN}") from error


def _read_knobs(weights: Path, config: ModelConfig) -> Knobs | None:
    arrays = _tensors(weights, "knobs.")
    if not arrays:
        return None
    try:
        return Knobs.from_arrays(arrays, len(config.classes), config.latent_dim)
    except ValueError as error:
        raise ModelError(f"{weights}: {error}; find them with 'astrodrum knobs --again'") from error


def _read_prior(told: Any, config: ModelConfig, weights: Path) -> Prior:
    kind = told.get("kind") if isinstance(told, dict) else told
    classes = len(config.classes)
    if kind == "uniform":
        return UniformPrior(config.latent_dim, classes)
    if kind == "normal":
        return NormalPrior(config.latent_dim, classes)
    if kind != "mixture":
        raise ModelError(
            f"{weights.parent / CONFIG}: prior is {kind!r}; it can be uniform, normal or mixture"
        )
    arrays: dict[str, Any] = _tensors(weights, "prior.")
    try:
        prior = MixturePrior(classes=classes, **arrays)
        shaped = prior.means.shape == prior.scales.shape == (len(prior.label), config.latent_dim)
        spans = {prior.within.shape, prior.across.shape, prior.low.shape, prior.high.shape}
        held = set(np.unique(prior.label).tolist()) == set(range(classes))
    except (TypeError, AttributeError, IndexError) as error:
        raise ModelError(f"{weights}: the prior is not whole ({error}); {AGAIN}") from error
    if not shaped or spans != {(config.latent_dim,)} or prior.chances.shape != prior.label.shape:
        raise ModelError(f"{weights}: the prior's shapes do not fit the config; {AGAIN}")
    if not held:
        raise ModelError(f"{weights}: the prior does not cover every class; {AGAIN}")
    return prior
