"""Which device invents the hits. The names are checked without torch, the devices with it."""

import os

from astrodrum_live.params import nearest

GENERATORS = ("auto", "cuda", "mps", "cpu", "frozen")


class GeneratorError(ValueError):
    """A generator that does not exist, or not on this machine; the message names what there is."""


def check_generator(name: str) -> str:
    """``name`` if it is one of ``GENERATORS``. Errors: ``GeneratorError``. Needs no torch."""
    if name not in GENERATORS:
        close = nearest(name, list(GENERATORS))
        raise GeneratorError(f"no generator '{name}'{close}; there are: {', '.join(GENERATORS)}")
    return name


def choose_device(wanted: str) -> str:
    """The torch device for a generator: ``auto`` becomes cuda, mps or cpu, whichever is there.

    Errors: ``GeneratorError`` for a device that this machine does not have.
    """
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if check_generator(wanted) == "auto":
        return next(device for device, found in there.items() if found)
    if not there.get(wanted, False):
        found = ", ".join(device for device, found in there.items() if found)
        raise GeneratorError(f"no '{wanted}' on this machine; there are: {found}, frozen")
    return wanted


def default_threads() -> int:
    """Threads for torch on a CPU: a core is left to the audio, and small networks gain little."""
    return max(1, min(4, (os.cpu_count() or 2) - 1))


def start_torch(wanted: str, threads: int | None = None) -> str:
    """The device of ``choose_device``, with torch's threads set on purpose.

    Its own choice is every core: beside one busy program a hit then takes 30 times as long, as
    each of its many small steps waits for the slowest thread.
    """
    import torch

    torch.set_num_threads(threads or default_threads())
    return choose_device(wanted)
