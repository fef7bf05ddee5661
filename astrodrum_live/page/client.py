"""A browser as the page's server sees one, for measuring: ``python -m ...page.client URL``.

It takes all that is told until its input ends, then says how many frames that were.
"""

import sys
import threading
from urllib.parse import urlsplit

from websockets.sync.client import connect
from websockets.typing import Origin

START_S = 30.0


def take_all(url: str) -> None:
    """A client: ``fed`` once the whole state is there, and the number of frames at the end."""
    parts = urlsplit(url)
    origin = Origin(f"http://{parts.netloc}")
    ended = threading.Event()

    def hold() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=hold, daemon=True).start()
    frames = 0
    with connect(f"ws://{parts.netloc}{parts.path}socket", origin=origin, max_size=None) as socket:
        while "/page/ready" not in str(socket.recv(timeout=START_S)):
            pass
        print("fed", flush=True)
        while not ended.is_set():
            try:
                socket.recv(timeout=0.1)
                frames += 1
            except TimeoutError:
                continue
    print(frames, flush=True)


if __name__ == "__main__":
    take_all(sys.argv[1])
