"""Who we stand beside: how each is found here, which version it is, and how to get it."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

PATIENCE_S = 10.0


@dataclass(frozen=True)
class Peer:
    """``find``: its version, or None where it is not installed. ``get``: what installs it."""

    name: str
    find: Callable[[], str | None]
    get: str


def _program(name: str, *ask: str) -> Callable[[], str | None]:
    def find() -> str | None:
        if shutil.which(name) is None:
            return None
        try:
            said = subprocess.run(
                [name, *ask], capture_output=True, text=True, timeout=PATIENCE_S
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return "unknown"
        return first_version(said)

    return find


def _package(name: str) -> Callable[[], str | None]:
    def find() -> str | None:
        try:
            return version(name)
        except PackageNotFoundError:
            return None

    return find


def first_version(text: str) -> str:
    """The first number with a dot in what a program says of itself; "unknown" without one."""
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else "unknown"


_MAKE = "make packages-peers"
PEERS = {
    peer.name: peer
    for peer in (
        Peer("scsynth", _program("scsynth", "-v"), "apt install supercollider-server"),
        Peer("fluidsynth", _program("fluidsynth", "--version"), "apt install fluidsynth"),
        Peer("jackd", _program("jackd", "--version"), "apt install jackd2"),
        Peer("signalflow", _package("signalflow"), f"pip install signalflow, or {_MAKE}"),
        Peer("rtmixer", _package("rtmixer"), f"pip install rtmixer, or {_MAKE}"),
        Peer("onnx", _package("onnx"), f"pip install onnx, or {_MAKE}"),
        Peer("onnxruntime", _package("onnxruntime"), f"pip install onnxruntime, or {_MAKE}"),
    )
}

Tell = Callable[[str], None]
T = TypeVar("T")


def missing(*names: str) -> str | None:
    """A sentence for the peers that are not here, None if all are."""
    gone = [PEERS[name] for name in names if PEERS[name].find() is None]
    if not gone:
        return None
    return "; ".join(f"no {peer.name} here ({peer.get})" for peer in gone)


def beside(names: Iterable[str], measure: Callable[[], Iterable[T]], tell: Tell) -> Iterator[T]:
    """What ``measure`` gives, if all the peers are here; else, or if one of them fails, it is told,
    and the others go on."""
    names = tuple(names)
    if gone := missing(*names):
        tell(gone)
        return
    try:
        yield from measure()
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "without a word").strip().splitlines()[-1:]
        tell(f"{', '.join(names)}: failed: {''.join(said)}")
    except (subprocess.TimeoutExpired, RuntimeError, ValueError, OSError, ImportError) as error:
        tell(f"{', '.join(names)}: failed: {str(error).splitlines()[0]}")
