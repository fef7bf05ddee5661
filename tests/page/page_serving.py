"""A page server in this process, open pages as it sees them, and an instrument that remembers."""

import asyncio
import json
import threading
from collections import deque

import numpy as np

from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.page.guard import make_guard
from astrodrum_live.page.server import PageServer


class News:
    """A feed whose news a test writes."""

    def __init__(self):
        self.watched = False
        self.state, self.news = [], []

    def take(self):
        news, self.news = self.news, []
        return news

    def restart(self):
        self.news = list(self.state)

    def tell(self, *args):
        self.news.append(args)
        self.state = [args]


class Made:
    """A hit made again: a ramp."""

    pad, seed, rate = 0, 0x1234, 48000.0

    def samples(self):
        return np.linspace(-1, 1, 20_000).astype("<f4").tobytes()


class RememberingInstrument(SilentInstrument):
    """No sound, but what was posted is known."""

    def __init__(self, patch):
        super().__init__(patch)
        self.events = []
        self.news = {"status": News(), "hit": News(), "log": News(), "pad": News()}

    @property
    def feeds(self):
        return self.news

    def post(self, event, arrival_ns, due_ns=None):
        self.events.append(event)
        super().post(event, arrival_ns, due_ns)

    def again(self, pad, index):
        return Made() if pad in (None, 0) else None


class Serving:
    """A page server on a port of its own, for the instrument at ``engine``."""

    def __init__(self, engine, host="127.0.0.1"):
        self.guard = make_guard(host)
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(engine, host), daemon=True)
        self._thread.start()
        assert self._begun.wait(10)

    @property
    def port(self):
        return int(self.url.split(":")[2].split("/")[0])

    def _run(self, engine, host):
        asyncio.run(self._serve(engine, host))

    async def _serve(self, engine, host):
        self._loop = asyncio.get_running_loop()
        self._server = PageServer(self.guard, engine)
        await self._server.run(host, 0, self._ready)

    def _ready(self, url):
        self.url = url
        self._begun.set()

    def close(self):
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()


class Tab:
    """An open page, as the server sees one."""

    def __init__(self, socket):
        self.socket = socket
        self.told = []
        self._unread = deque()

    def send(self, *message):
        self.socket.send(json.dumps(message))

    def until(self, wanted, patience_s=5.0):
        """What is told up to the first message that ``wanted`` accepts, which is returned."""
        while True:
            while self._unread:
                message = self._unread.popleft()
                self.told.append(message)
                if wanted(message):
                    return message
            self._unread.extend(json.loads(self.socket.recv(timeout=patience_s)))
