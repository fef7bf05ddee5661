"""One run on several processes, as ``torchrun`` starts them: each takes its share of every batch.

Every process makes the whole batch's random draws and keeps its own rows, and gradients are
averaged before they are used, so a run comes out the same (up to rounding) on any number of
processes. Only the first writes files. Without ``torchrun`` all of this does nothing.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

T = TypeVar("T")


class PeerError(Exception):
    """Another process of the run has ended, or works on something else."""


def size() -> int:
    """How many processes share the run."""
    return distributed.get_world_size() if _shared() else 1


def rank() -> int:
    """This process's number, from 0; the first writes the files."""
    return distributed.get_rank() if _shared() else 0


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the processes ``torchrun`` started; gives this one's own device.

    Several GPUs speak by NCCL, CPUs by Gloo. Errors: ``PeerError`` where they cannot be reached.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield device
        return
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    with _peers():
        distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield device
        _barrier()  # who left early would tear the connections of those still at work
    finally:
        distributed.destroy_process_group()


@contextmanager
def first_of_machine_first() -> Iterator[None]:
    """The first process of each machine does what is within before its others do."""
    waits = _shared() and os.environ.get("LOCAL_RANK", "0") != "0"
    if waits:
        _barrier()
    yield
    if _shared() and not waits:
        _barrier()


def rows(count: int) -> slice:
    """This process's rows of a batch of ``count``. Errors: ``ValueError`` for an uneven share."""
    if count % size():
        raise ValueError(
            f"a batch of {count} cannot be shared by {size()} processes; "
            f"use --batch {-(-count // size()) * size()}"
        )
    own = count // size()
    return slice(rank() * own, (rank() + 1) * own)


def draw(
    make: Callable[..., Tensor], shape: tuple[int, ...], random: torch.Generator, axis: int = 0
) -> Tensor:
    """``make(shape, generator=random)``, such as ``torch.rand``, for this process's rows.

    ``shape[axis]`` counts this process's rows of the batch; all processes' are drawn.
    """
    whole = (*shape[:axis], shape[axis] * size(), *shape[axis + 1 :])
    return make(whole, generator=random).narrow(axis, rank() * shape[axis], shape[axis])


def average_gradients(module: nn.Module) -> None:
    """Replace the gradients of ``module`` by their mean over the processes."""
    if not _shared():
        return
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients]) / size()
    with _peers():
        distributed.all_reduce(flat)
    parts = flat.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def mean(values: dict[str, float]) -> dict[str, float]:
    """Each value's mean over the processes."""
    given = everyone(values)
    return {key: sum(one[key] for one in given) / len(given) for key in values}


def anyone(told: bool) -> bool:
    """Whether any process says so."""
    return any(everyone(told))


def everyone(value: T) -> list[T]:
    """What each process gives, in their order."""
    if not _shared():
        return [value]
    given: list[Any] = [None] * size()
    with _peers():
        distributed.all_gather_object(given, value)
    return given


def of_first(make: Callable[[], T]) -> T:
    """What ``make`` gives in the first process, for all."""
    if not _shared():
        return make()
    told = [make() if rank() == 0 else None]
    with _peers():
        distributed.broadcast_object_list(told, src=0)
    return told[0]  # type: ignore[return-value]


def must_agree(**settings: Any) -> None:
    """Check that all processes were started alike. Errors: ``PeerError`` naming what differs."""
    for name, value in settings.items():
        for number, other in enumerate(everyone(value)):
            if other != value:
                raise PeerError(
                    f"processes {rank()} and {number} differ in their {name} ({value}, {other}); "
                    "start all of them with the same command and the same data"
                )


def _shared() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _barrier() -> None:
    with _peers():
        distributed.barrier()


@contextmanager
def _peers() -> Iterator[None]:
    """What a lost connection raises, said plainly."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise PeerError(
            "another process of this run ended or cannot be reached (its own message says why; "
            f"here: {str(error).splitlines()[0]}); the same command goes on from the last state"
        ) from error
