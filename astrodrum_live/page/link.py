"""The page's way to the instrument: OSC over TCP, found again by itself when it was lost."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from astrodrum_live.control.osc.encode import encode
from astrodrum_live.control.osc.framing import FramingError, LengthPrefix
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.page.mirror import Told

RETRY_S = 0.3
RENEW_S, TTL_S = 3.0, 10.0
PING_S, SILENT_S = 0.5, 1.5
SAMPLES_S = 3.0

TOPICS = (
    "/feed/status", "/feed/pad", "/feed/hit", "/feed/scope", "/feed/log", "/feed/map",
    "/p", "/master", "/kit", "/seq", "/tempo", "/transport", "/morph", "/drift",
)  # fmt: skip
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("/info",), ("/list", "pads"), ("/list", "kits"), ("/list", "knobs"), ("/list", "params"),
    ("/list", "classes"), ("/get", "/p/*/*"), ("/get", "/master/*"), ("/get", "/kit"),
    ("/seq/get",), ("/morph/to",),
)  # fmt: skip


@dataclass
class _Line:
    """One connection. What one peer turns is not told to that peer: so the page has two."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    framing: LengthPrefix = field(default_factory=LengthPrefix)

    def send(self, address: str, *args: str | int | float) -> None:
        self.send_bytes(encode(address, args))

    def send_bytes(self, message: bytes) -> None:
        self.writer.write(self.framing.wrap(message))

    async def receive(self) -> list[Told]:
        """What has come. Errors: ``ConnectionError`` at the end."""
        data = await self.reader.read(1 << 16)
        if not data:
            raise ConnectionError
        packets = self.framing.feed(data)
        return [
            (message.address, list(message.args))
            for packet in packets
            for message in decode(packet).messages
        ]


class Link:
    """Tells ``told`` everything that the instrument at ``host``:``port`` says, ``there`` whether
    it is there. Thread: the event loop's."""

    def __init__(
        self, host: str, port: int, told: Callable[[Told], None], there: Callable[[bool], None]
    ) -> None:
        self._host, self._port = host, port
        self._told, self._there = told, there
        self._asking: _Line | None = None
        self._listening: _Line | None = None
        self._heard_s = 0.0
        self._samples: asyncio.Queue[Told] = asyncio.Queue()
        self._one_at_a_time = asyncio.Lock()

    def send(self, message: bytes) -> bool:
        """One OSC message to the instrument; False if it is not there."""
        if self._asking is None:
            return False
        self._asking.send_bytes(message)
        return True

    def ask_all(self) -> None:
        """Ask for the whole state; feeds tell it to who subscribes anew."""
        if self._listening is not None:
            self._listening.send("/unsub")
            self._subscribe(self._listening)
        for question in QUESTIONS:
            self.send(encode(question[0], question[1:]))
        self.send(encode("/ping", ["all"]))  # its answer comes last

    async def samples(self, pad: str | None, index: int) -> tuple[bytes, int, str] | None:
        """A hit just heard: samples in float32, rate, seed; None if there is none."""
        async with self._one_at_a_time:
            while not self._samples.empty():
                self._samples.get_nowait()
            if not self.send(encode("/samples", [*([pad] if pad else []), index])):
                return None
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self._pieces(), SAMPLES_S)
            return None

    async def run(self) -> None:
        """Connect, and again, until cancelled."""
        while True:
            with contextlib.suppress(OSError, FramingError, TimeoutError):
                await self._connected()
            await asyncio.sleep(RETRY_S)

    async def _connected(self) -> None:
        lines = [await self._open(), await self._open()]
        loop = asyncio.get_running_loop()
        self._asking, self._listening = lines
        self._heard_s = loop.time()
        tasks = [asyncio.ensure_future(self._listen(line)) for line in lines]
        tasks.append(asyncio.ensure_future(self._keep(*lines)))
        try:
            self._there(True)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._asking = self._listening = None
            self._there(False)
            for task in tasks:
                task.cancel()
            for line in lines:
                line.writer.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _open(self) -> _Line:
        return _Line(*await asyncio.wait_for(asyncio.open_connection(self._host, self._port), 2.0))

    async def _listen(self, line: _Line) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for told in await line.receive():
                self._heard_s = loop.time()
                if told[0] == "/samples" or (told[0] == "/error" and told[1][:1] == ["/samples"]):
                    self._samples.put_nowait(told)
                else:
                    self._told(told)

    async def _keep(self, asking: _Line, listening: _Line) -> None:
        """Renew the subscriptions; end if the instrument says nothing any more."""
        loop = asyncio.get_running_loop()
        renewed_s = loop.time()  # ``ask_all`` has subscribed
        while loop.time() - self._heard_s < SILENT_S:
            if loop.time() - renewed_s >= RENEW_S:
                renewed_s = loop.time()
                self._subscribe(listening)
            asking.send("/ping")
            await asyncio.gather(asking.writer.drain(), listening.writer.drain())
            await asyncio.sleep(PING_S)
        raise ConnectionError

    def _subscribe(self, listening: _Line) -> None:
        for topic in TOPICS:
            listening.send("/sub", topic, 0, TTL_S)

    async def _pieces(self) -> tuple[bytes, int, str] | None:
        """Put together what comes in pieces."""
        whole = bytearray()
        while True:
            address, args = await self._samples.get()
            if address == "/error":
                return None
            _, seed, rate, at, total, piece = args
            if at != len(whole) or not isinstance(piece, bytes):
                return None
            whole += piece
            if len(whole) >= int(str(total)):
                return bytes(whole), int(str(rate)), str(seed)
