"""The fork server: ``python -m astrodrum_live.generation.fork_server [--torch]``; Linux.

It has imported all that a generator process needs, and computed nothing: torch has started no
thread and touched no GPU, so that it may be forked. A generator is then there in a fraction of the
time, as importing takes most of a start. Between forks it sleeps.

On standard input it has one end of a socket: one packet asks for a process (its arguments, and two
pipes for its standard input and output), one answers with the process's number and a handle, and
one tells its exit code when it has ended. One process at a time. When the engine's end closes, it
ends its process, and itself.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from astrodrum_live.generation import process

LONGEST = 1 << 16  # bytes of a packet
GOES_S = 0.5  # a process whose engine has gone may end by itself so long
TORCH = ("torch", *(f"astrodrum_live.model.{name}" for name in ("player", "live", "traced")))
NAME = "generator"  # of the forked processes, where a system lists its processes


def main(with_torch: bool) -> None:
    """Serve until the engine has gone."""
    if with_torch:
        # Whoever is forked will fail at the same, and say so where it is heard.
        with suppress(Exception):
            for name in TORCH:
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection would write to pages that are shared
    with socket.socket(fileno=0) as engine:
        while True:
            try:
                packet, pipes, _, _ = socket.recv_fds(engine, LONGEST, 2)
                if not packet:
                    return
                _serve(engine, json.loads(packet), pipes)
            except OSError:  # the engine was killed
                return


def _serve(engine: socket.socket, arguments: list[str], pipes: list[int]) -> None:
    """One process, from its birth to its end. Errors: ``OSError``."""
    child = os.fork()
    if child == 0:
        _be_generator(arguments, pipes)
    for pipe in pipes:
        os.close(pipe)
    handle = os.pidfd_open(child)
    try:
        with suppress(OSError):  # the engine has gone: that is seen in a moment
            socket.send_fds(engine, [json.dumps({"process": child}).encode()], [handle])
        ready, _, _ = select.select([handle, engine.fileno()], [], [])
        if handle not in ready:
            ready, _, _ = select.select([handle], [], [], GOES_S)
        if handle not in ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(handle)
    engine.send(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode())


def _be_generator(arguments: list[str], pipes: list[int]) -> None:
    """In the forked process. It does not return."""
    code = 1
    try:
        for number, pipe in enumerate(pipes):  # its end of the engine's socket goes with that
            os.dup2(pipe, number)
            os.close(pipe)
        with suppress(OSError):
            Path("/proc/self/comm").write_text(NAME)
        process.main(arguments)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    os.dup2(2, 1)  # libraries print what they like
    process.be_nice()
    with suppress(KeyboardInterrupt):
        main("--torch" in sys.argv)
