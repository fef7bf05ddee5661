"""The first start on a machine, or after an update: the callback is compiled, and one waits."""

import sys


def tell_of_compiling() -> None:
    """Say what one waits for, where importing the engine is about to compile it."""
    from astrodrum_live.rt.kernel_cache import is_compiled

    if not is_compiled():
        print("compiling the audio callback, once: about half a minute", file=sys.stderr)
