"""How real-time code is compiled: no reference counting, so an allocation cannot even compile."""

import hashlib
import sys
from pathlib import Path

import numba

from astrodrum_live import __version__
from astrodrum_live.places import cache_folder


def _fingerprint() -> str:
    """A hash of everything the machine code depends on.

    Numba's own cache looks at a function's file only, and would keep a kernel whose memory layout,
    defined in another file, has changed.
    """
    here = Path(__file__).parent
    facts = [here.parent / f"{name}.py" for name in ("params", "config", "layers")]
    sources = sorted([*here.glob("*.py"), *facts])
    digest = hashlib.sha256(numba.__version__.encode() + __version__.encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _load_without_blas() -> None:
    """Let numba load its array functions without BLAS, which it looks for in scipy.

    No kernel multiplies matrices, and scipy.linalg would cost every start a third of a second.
    """
    blas = "scipy.linalg.cython_blas"
    if blas in sys.modules:
        return
    sys.modules[blas] = None  # type: ignore[assignment]  # importing it fails, as if not there
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        del sys.modules[blas]


_load_without_blas()
numba.config.CACHE_DIR = str(cache_folder() / f"kernel-{_fingerprint()}")


def is_compiled() -> bool:
    """Whether this machine has compiled these sources before. Thread: any. Realtime-safe: no."""
    return Path(numba.config.CACHE_DIR).is_dir()


realtime = numba.njit(cache=True, error_model="numpy", _nrt=False)
"""Decorator for functions that run in the callback.

``_nrt=False`` turns numba's allocator off: creating an array is a compile error, and so is
returning one. The error model ``numpy`` makes a division by zero a value instead of an exception.
"""
