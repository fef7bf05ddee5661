"""The first start on a machine, or after an update: the callback is compiled, and one waits."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress

from astrodrum_live.cli.stopping import stop_on_signals

# What compiling writes last: without either it was broken off (an image is not had everywhere).
WHOLE = ("kernel.image", "compiled_doors.frame_at-*.nbi")
LOOK_S = 0.1


def tell_of_compiling() -> None:
    """Where importing the engine would compile it, say what one waits for, and have another process
    do it: LLVM hears no Ctrl-C, a process can be ended.

    Errors: ``SystemExit`` when a signal asks to end. Thread: main.
    """
    from astrodrum_live.rt.kernel_cache import kernel_folder

    kept = kernel_folder()
    if any(any(kept.rglob(file)) for file in WHOLE):
        return
    print("compiling the audio callback, once: about half a minute", file=sys.stderr, flush=True)
    new = not kept.exists()
    with stop_on_signals() as stop:
        compiling = subprocess.Popen(
            [sys.executable, "-m", "astrodrum_live.rt.doors"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # if it fails, importing it here will say why
            start_new_session=True,  # Ctrl-C is ours to obey
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        while compiling.poll() is None and not stop.wait(LOOK_S):
            pass
        if compiling.poll() is None:
            compiling.kill()
            compiling.wait()
            if new:  # half a cache is worth nothing, unless another start is writing it too
                with suppress(OSError):
                    shutil.rmtree(kept)
    if stop.is_set():
        raise SystemExit(stop.code)
