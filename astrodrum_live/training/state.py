"""The state of a run on disk: small files, checked by hash, the last good one never touched."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from astrodrum_live.model.checkpoint import replace_file

PART_BYTES = 12 * 1024 * 1024
INDEX = "index.json"
KEPT = 2


def save_state(
    folder: Path, step: int, tensors: dict[str, torch.Tensor], told: dict, kept: int = KEPT
) -> Path:
    """Write the state of ``step`` as ``folder/step-N``; of older ones ``kept - 1`` stay.

    It is written beside them as ``new-N``, its index last, and then renamed. States of later steps
    are of a run that was given up, and go. Errors: ``OSError``; what was there is then whole.
    """
    target, new = folder / f"step-{step:08d}", folder / f"new-{step:08d}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    entries, blob = {}, bytearray()
    for name, tensor in tensors.items():
        array = tensor.detach().cpu().contiguous().numpy()
        entries[name] = [str(array.dtype), list(array.shape), len(blob), array.nbytes]
        blob += array.tobytes()
    parts: list[list[str]] = []
    for i in range(0, len(blob), PART_BYTES):
        piece = bytes(blob[i : i + PART_BYTES])
        name = f"part-{len(parts):03d}.bin"
        replace_file(new / name, piece)
        parts.append([name, hashlib.sha256(piece).hexdigest()])
    index = {"step": step, "parts": parts, "tensors": entries, "told": told}
    replace_file(new / INDEX, json.dumps(index).encode())
    if target.exists():  # ``new`` is whole, and is read if this is where the run is killed
        shutil.rmtree(target)
    os.replace(new, target)
    older = [path for path in sorted(folder.glob("step-*")) if path.name < target.name]
    stay = {target, *older[len(older) - (kept - 1) :]}
    for path in [*folder.glob("step-*"), *folder.glob("new-*")]:
        if path not in stay:
            shutil.rmtree(path, ignore_errors=True)
    return target


def load_state(
    folder: Path, step: int | None = None, damaged: list[str] | None = None
) -> tuple[int, dict[str, torch.Tensor], dict[str, Any]] | None:
    """Step, tensors and what was told of the newest whole state, or of that of ``step``.

    None where there is none. ``damaged`` gets a line for every newer state that was whole once.
    """
    found = [path for kind in ("new", "step") for path in folder.glob(f"{kind}-*")]
    for target in sorted(found, key=lambda path: path.name.split("-")[1], reverse=True):
        try:
            state = _read(target)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if damaged is not None and target.name.startswith("step-"):
                damaged.append(f"{target} is damaged ({error})")
            continue  # killed while it was written: the one before it is whole
        if step in (None, state[0]):
            return state
    return None


def gather(
    modules: dict[str, nn.Module], optimisers: Mapping[str, torch.optim.Optimizer]
) -> dict[str, torch.Tensor]:
    """Everything a run needs to go on, by name."""
    tensors: dict[str, torch.Tensor] = {}
    for name, module in modules.items():
        tensors |= {f"module.{name}.{key}": value for key, value in module.state_dict().items()}
    for name, optimiser in optimisers.items():
        for i, values in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{name}.{i}.{key}": value for key, value in values.items()}
    return tensors


def restore(
    tensors: dict[str, torch.Tensor],
    modules: dict[str, nn.Module],
    optimisers: Mapping[str, torch.optim.Optimizer],
) -> None:
    """Put back what ``gather`` took."""
    for name, module in modules.items():
        prefix = f"module.{name}."
        module.load_state_dict(
            {key[len(prefix) :]: v for key, v in tensors.items() if key.startswith(prefix)}
        )
    for name, optimiser in optimisers.items():
        state = optimiser.state_dict()
        prefix = f"optimiser.{name}."
        slots: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(prefix):
                number, slot = key[len(prefix) :].split(".", 1)
                slots.setdefault(int(number), {})[slot] = value
        optimiser.load_state_dict({"state": slots, "param_groups": state["param_groups"]})


def _read(target: Path) -> tuple[int, dict[str, torch.Tensor], dict[str, Any]]:
    index = json.loads((target / INDEX).read_text(encoding="utf-8"))
    step, told = index["step"], index["told"]
    if not isinstance(step, int) or not isinstance(told, dict):
        raise ValueError(f"{INDEX} is not what was written")
    blob = b"".join(_part(target / name, digest) for name, digest in index["parts"])
    tensors = {
        name: torch.from_numpy(
            np.frombuffer(blob, dtype, count=size // np.dtype(dtype).itemsize, offset=start)
            .reshape(shape)
            .copy()
        )
        for name, (dtype, shape, start, size) in index["tensors"].items()
    }
    return step, tensors, told


def _part(path: Path, digest: str) -> bytes:
    blob = path.read_bytes()
    if hashlib.sha256(blob).hexdigest() != digest:
        raise ValueError(f"{path} is not what was written")
    return blob
