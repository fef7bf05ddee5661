"""How real-time code is compiled: no reference counting, so an allocation cannot even compile."""

import sys

import numba

from astrodrum_live.rt.kernel_cache import kernel_folder


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
numba.config.CACHE_DIR = str(kernel_folder())

realtime = numba.njit(cache=True, error_model="numpy", _nrt=False)
"""Decorator for functions that run in the callback.

``_nrt=False`` turns numba's allocator off: creating an array is a compile error, and so is
returning one. The error model ``numpy`` makes a division by zero a value instead of an exception.
"""
