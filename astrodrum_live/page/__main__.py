"""The page's process: ``python -m astrodrum_live.page ENGINE_HOST:PORT HOST PORT``.

The address to open is its first line on standard output. With ``--held`` it ends when its standard
input does, so that it never outlives who started it.
"""

import asyncio
import signal
import sys
import threading
from contextlib import suppress

from astrodrum_live.control.osc.endpoint import parse_endpoint
from astrodrum_live.page.guard import make_guard
from astrodrum_live.page.server import PageServer
from astrodrum_live.urgency import PAGE, raise_priority


async def serve(engine: str, host: str, port: int, held: bool) -> None:
    """Until it is told to end. Errors: ``OSError`` for a port that is taken."""
    raise_priority(0, PAGE)  # a press is on its way here; it sleeps when none is
    server = PageServer(make_guard(host), parse_endpoint(engine))
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError):  # Windows has its own ways
            loop.add_signal_handler(signal_number, server.stop)
    if held:
        threading.Thread(target=_hold, args=(loop, server), daemon=True).start()
    await server.run(host, port, lambda url: print(url, flush=True))


def _hold(loop: asyncio.AbstractEventLoop, server: PageServer) -> None:
    sys.stdin.read()
    with suppress(RuntimeError):  # it has ended already
        loop.call_soon_threadsafe(server.stop)


def main() -> int:
    """The process."""
    arguments = [one for one in sys.argv[1:] if one != "--held"]
    engine, host, port = arguments
    try:
        asyncio.run(serve(engine, host, int(port), "--held" in sys.argv))
    except OSError as error:
        why = error.strerror or error
        print(f"the page cannot be served on {host}:{port}: {why}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
