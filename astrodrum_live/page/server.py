"""The page's server: its files over HTTP, its messages over a WebSocket, all on one port."""

import asyncio
import contextlib
import logging
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from astrodrum_live.page.address import reachable
from astrodrum_live.page.files import PageFile, page_files
from astrodrum_live.page.guard import HEADERS, Guard
from astrodrum_live.page.link import Link
from astrodrum_live.page.messages import MAX_TEXT, NotAllowed, read_messages, to_json, to_osc
from astrodrum_live.page.mirror import Mirror, Outbox, Told
from astrodrum_live.page.rate import TELL_S, RateLimit
from astrodrum_live.page.wav import wav_of

PORT = 8088
SOCKET = "socket"
WAV = "hit.wav"
EVERY_S = 1 / 30
MAX_PAGES = 16

# Answers to what the server asks by itself, and complaints that this instrument lacks something.
_OURS = ("/pong", "/sub/done", "/list/done", "/seq/done")
_ASKED = ("/sub", "/get", "/list", "/seq/get", "/morph/to")

_SILENT = logging.getLogger("astrodrum_live.page.websockets")
_SILENT.setLevel(logging.CRITICAL + 1)  # a browser that hangs up is a traceback to it


class _Page:
    """One open page."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection, self.outbox, self.limit = connection, Outbox(), RateLimit()
        self.news = asyncio.Event()

    def put(self, *told: Told) -> None:
        """Tell it all this, as soon as it may be told something."""
        self.outbox.fill(told)
        self.news.set()


class PageServer:
    """Serves the page to whoever ``guard`` lets in, for the instrument at ``engine``.

    Thread: one, with an event loop.
    """

    def __init__(self, guard: Guard, engine: tuple[str, int]) -> None:
        self._guard, self._files = guard, page_files()
        self._mirror, self._pages = Mirror(), set[_Page]()
        self._there = self._ready = False
        self._kit: object = None
        self._link = Link(*engine, self._told, self._is_there)
        self._stop = asyncio.Event()

    async def run(self, host: str, port: int, ready=lambda url: None) -> None:
        """Serve until ``stop``. ``ready`` is told the address to open. Errors: ``OSError``."""
        link = asyncio.ensure_future(self._link.run())
        try:
            async with serve(
                self._converse, host, port, process_request=self._answer, compression=None,
                server_header=None, open_timeout=8.0, close_timeout=0.5, max_size=MAX_TEXT,
                ping_interval=5.0, ping_timeout=5.0, logger=_SILENT,
            ) as server:  # fmt: skip
                bound = next(iter(server.sockets)).getsockname()[1]
                shown = reachable(host)
                shown = f"[{shown}]" if ":" in shown else shown
                ready(f"http://{shown}:{bound}{self._guard.root}")
                await self._stop.wait()
        finally:
            link.cancel()
            await asyncio.gather(link, return_exceptions=True)

    def stop(self) -> None:
        """Let ``run`` return."""
        self._stop.set()

    async def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A file, a hit, a refusal; None for the WebSocket, which goes on by itself."""
        headers = request.headers
        hosts, origins = headers.get_all("Host"), headers.get_all("Origin")
        if why := self._guard.refuses(request.path, hosts, origins):
            return _response(HTTPStatus.FORBIDDEN, _words(why))
        if getattr(request, "method", "GET") != "GET":  # older versions of websockets refuse them
            return _response(HTTPStatus.METHOD_NOT_ALLOWED, _words("this server can be read only"))
        parts = urlsplit(request.path)
        name = unquote(parts.path[len(self._guard.root) :])
        if name == SOCKET:
            if not origins:
                return _response(HTTPStatus.FORBIDDEN, _words("only a page may open this"))
            if len(self._pages) >= MAX_PAGES:
                text = f"there are {MAX_PAGES} pages open already"
                return _response(HTTPStatus.SERVICE_UNAVAILABLE, _words(text))
            return None
        if name == WAV:
            return await self._wav(parse_qs(parts.query))
        file = self._files.get(name)
        if file is None:
            return _response(HTTPStatus.NOT_FOUND, _words("there is no such file"))
        return _response(HTTPStatus.OK, file)

    async def _wav(self, query: dict[str, list[str]]) -> Response:
        """A hit just heard, as WAV; no content where it cannot be had: a browser that asks for each
        would call a missing one a fault."""
        pad, index = query.get("pad", [""])[0], query.get("index", ["0"])[0]
        if len(pad) > 64 or not pad.isprintable() or not index.isdecimal() or len(index) > 1:
            return _response(HTTPStatus.BAD_REQUEST, _words("pad=NAME and index=0 to 7"))
        found = await self._link.samples(pad or None, int(index))
        if found is None:
            return _response(HTTPStatus.NO_CONTENT, PageFile(b"", "audio/wav"))
        samples, rate, seed = found
        file = PageFile(wav_of(samples, rate), "audio/wav")
        name = f"{pad or 'hit'}_{seed}.wav"
        disposition = f'attachment; filename="{name}"'
        return _response(HTTPStatus.OK, file, ("Content-Disposition", disposition))

    async def _converse(self, connection: ServerConnection) -> None:
        page = _Page(connection)
        page.put(("/page/engine", [int(self._there)]), *self._mirror.whole())
        if self._ready:
            page.put(("/page/ready", [1]))
        self._pages.add(page)
        telling = asyncio.ensure_future(self._tell(page))
        try:
            async for frame in connection:
                self._obey(page, frame)
        except ConnectionClosed:
            pass
        finally:
            self._pages.discard(page)
            telling.cancel()

    async def _tell(self, page: _Page) -> None:
        """At once what comes after a pause, but at most thirty times a second; a page that is slow
        is told the latest only."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(page.news.wait(), TELL_S)
                page.news.clear()
                if words := page.limit.words():
                    page.put(("/page/words", [words]))
                if told := page.outbox.take():
                    await page.connection.send(to_json(told))
                await asyncio.sleep(EVERY_S)

    def _obey(self, page: _Page, frame: str | bytes) -> None:
        try:
            messages = read_messages(frame)
        except NotAllowed as error:
            page.limit.admits()
            page.put(("/page/words", [str(error)]))
            return
        for message in messages:
            if not page.limit.admits():
                continue
            try:
                if not self._link.send(to_osc(message)):
                    page.put(("/page/words", ["the instrument is not there"]))
            except NotAllowed as error:
                page.put(("/page/words", [str(error)]))

    def _is_there(self, there: bool) -> None:
        self._there = there
        if there:
            self._anew()
        self._to_all(("/page/engine", [int(there)]))

    def _anew(self) -> None:
        """Another instrument, or another kit: nothing of what was told holds."""
        self._ready, self._kit = False, None
        self._mirror.clear()
        self._to_all(("/page/clear", [1]))
        self._link.ask_all()

    def _told(self, told: Told) -> None:
        address, args = told
        if address == "/kit":
            if self._kit not in (None, args[0]):
                self._anew()
            self._kit = args[0]
        if address == "/pong" and args[:1] == ["all"]:
            self._ready = True
            self._to_all(("/page/ready", [1]))
        if address in _OURS or (address == "/error" and args[0] in _ASKED):
            return
        self._mirror.take(told)
        self._to_all(told)

    def _to_all(self, told: Told) -> None:
        for page in self._pages:
            page.put(told)


def _words(text: str) -> PageFile:
    return PageFile(f"{text}\n".encode(), "text/plain; charset=utf-8")


def _response(status: HTTPStatus, file: PageFile, *more: tuple[str, str]) -> Response:
    facts = [("Content-Type", file.type), ("Content-Length", str(len(file.body)))]
    headers = Headers([*facts, ("Connection", "close"), *HEADERS, *more])
    return Response(status.value, status.phrase, headers, file.body)
