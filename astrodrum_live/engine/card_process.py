"""A sound card in a process of its own, for one that was lost: it looks until one is there again.

PortAudio's list of devices is frozen when it begins, and it cannot begin anew in a process whose
JACK server has ended: closing the stream waits for ever, and libjack crashes at the next client.
A fresh process can do both, and the engine's memory is shared already. It is ``python -m``
``astrodrum_live.engine.card_process``; it answers in lines of JSON, starts when it is told to, and
ends when its standard input closes.
"""

import argparse
import ctypes
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.outputs import Wish, load_portaudio
from astrodrum_live.engine.sound_card import CardStream
from astrodrum_live.rt.memory import SharedMemory

LOOK_S = 0.7  # between two looks: the whole way back may take 3 s
_PAGE = 4096
_CLIENT = f"AstroDrum-{os.getpid()}".encode()  # PortAudio keeps the pointer

Tell = Callable[..., None]
Opened = tuple[int, CardStream]


def first_that_opens(
    wishes: list[Wish], opened: Callable[[Wish], CardStream], refused: Callable[[str], None]
) -> Opened | None:
    """The place of the first wish whose device is there and opens, and its stream.

    ``refused`` gets the words of those that are there and do not. Thread: one. Realtime-safe: no.
    """
    for place, wish in enumerate(wishes):
        try:
            wish.find()
        except DeviceError:
            continue
        try:
            return place, opened(wish)
        except DeviceError as error:
            refused(str(error))
    return None


def run(options: argparse.Namespace, tell: Tell) -> None:
    """Look, open, wait to be told, play. Thread: one. Realtime-safe: no."""
    told = _Told()
    try:
        memory = SharedMemory(name=options.memory)
    except FileNotFoundError:  # the engine ended while we were being imported
        return
    _map_in(memory)
    _name_ourselves()
    wishes = [Wish(**wish) for wish in json.loads(options.wishes)]
    said: set[str] = set()

    def refused(words: str) -> None:
        if words not in said:
            said.add(words)
            tell(refused=words)

    def opened(wish: Wish) -> CardStream:
        return CardStream(memory, options.rate, options.block, wish.find())

    while not told.ended.is_set():
        if found := first_that_opens(wishes, opened, refused):
            _play(*found, told, tell)
            return
        told.ended.wait(LOOK_S)
        _look_anew()


def _play(place: int, stream: CardStream, told: "_Told", tell: Tell) -> None:
    tell(found=place, name=stream.name, latency_s=stream.latency_s)
    told.start.wait()
    if not told.ended.is_set():
        try:
            realtime = stream.start()
        except DeviceError as error:
            tell(refused=str(error), started=False)
            return
        tell(started=True, realtime=realtime)
    while stream.active() and not told.ended.wait(0.1):
        pass
    stream.abandon()


def _name_ourselves() -> None:
    """To JACK, before anything is opened. The thread of a client whose server has ended goes on
    waiting for the semaphore of its name: one that was called the same would lose half its blocks.
    """
    library = ctypes.CDLL(load_portaudio()._libname)
    if hasattr(library, "PaJack_SetClientName"):
        library.PaJack_SetClientName(_CLIENT)
        _look_anew()


def _look_anew() -> None:
    sd = load_portaudio()
    sd._terminate()
    sd._initialize()


def _map_in(memory: SharedMemory) -> None:
    """Read a word of every page, so that the callback meets as few faults as can be."""
    for part in (memory.header.view(np.uint8), memory.arena, memory.lines):
        part[:: _PAGE // part.itemsize].max()


class _Told:
    """What the engine's process has said: the word to start, and, by closing the pipe, the end."""

    def __init__(self) -> None:
        self.start, self.ended = threading.Event(), threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for _ in sys.stdin:
            self.start.set()
        self.ended.set()
        self.start.set()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", required=True, help="name of the engine's shared memory")
    parser.add_argument("--rate", type=int, required=True, help="Hz")
    parser.add_argument("--block", type=int, required=True, help="frames")
    parser.add_argument("--wishes", required=True, help="outputs as JSON, the dearest first")
    return parser.parse_args()


if __name__ == "__main__":
    # Libraries print what they like; only our own lines may reach the engine.
    _reports = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def _tell(**status: object) -> None:
        with suppress(BrokenPipeError, ValueError):
            print(json.dumps(status), file=_reports, flush=True)

    try:
        run(_arguments(), _tell)
    except Exception as error:  # PortAudio does not begin: another process will try
        _tell(refused=str(error))
    os._exit(0)  # PortAudio aborts when it tidies up after a server that has ended
