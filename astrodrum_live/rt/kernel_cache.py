"""Where compiled kernels are kept between starts. Loads no compiler."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from astrodrum_live import __version__
from astrodrum_live.places import cache_folder

# Modules outside this folder that kernels are compiled from.
FACTS = ("config", "layers", "params", "units", "velocity")


def kernel_folder() -> Path:
    """The folder of the kernel of these sources; it need not be there.

    Thread: any. Realtime-safe: no.
    """
    return cache_folder() / f"kernel-{_fingerprint()}"


def is_compiled() -> bool:
    """Whether this machine has compiled these sources before. Thread: any. Realtime-safe: no."""
    return kernel_folder().is_dir()


def _fingerprint() -> str:
    """A hash of everything the machine code depends on, but the processor.

    Numba's own cache looks at a function's file only, and would keep a kernel whose memory layout,
    defined in another file, has changed.
    """
    here = Path(__file__).parent
    facts = [here.parent / f"{name}.py" for name in FACTS]
    sources = sorted([*here.glob("*.py"), *facts, *_compiler()])
    digest = hashlib.sha256(__version__.encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _compiler() -> list[Path]:
    """The file in which numba writes its version: to ask its metadata would take 20 ms."""
    numba = find_spec("numba")
    return [Path(numba.origin).with_name("_version.py")] if numba and numba.origin else []
