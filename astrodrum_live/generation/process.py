"""The generator process: ``python -m astrodrum_live.generation.process``.

It reads one JSON object per line on standard input (a kit to make hits for) and writes one per line
on standard output (what it is doing). It ends when standard input closes, so it cannot outlive the
engine, and it touches nothing of the engine but the shared memory's rings.
"""

import argparse
import json
import os
import sys
from contextlib import suppress

import numpy as np

from astrodrum_live.engine.hit_rings import HitRings
from astrodrum_live.generation.broken_hits import BrokenHits
from astrodrum_live.generation.device_choice import default_threads, start_torch
from astrodrum_live.generation.freezer import Freezer
from astrodrum_live.generation.frozen_pads import FOLDER
from astrodrum_live.generation.kit_inbox import KitInbox
from astrodrum_live.generation.makers import FrozenMaker, Maker, ModelMaker, Request
from astrodrum_live.generation.orders import OrderBook
from astrodrum_live.generation.origin import origin_of
from astrodrum_live.generation.planner import Stock, plan
from astrodrum_live.generation.remaking import Remaker
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS, MADE_FOR, MIDDLE, NEAREST
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.now import now_ns
from astrodrum_live.params import MAX_PADS
from astrodrum_live.places import cache_folder
from astrodrum_live.rt.memory import SharedMemory

IDLE_S = 0.002  # how long a tweak may go unseen
NICENESS = 5
CPU_BATCH, GPU_BATCH = 8, 64
CPU_PIECE = 1  # hits made before orders are looked for again: 8 of them take 0.1 s
PIECES_SURE = 2  # of every plan: the pad that was struck, and one whose turn it is
ORDERS_FIRST = 2  # orders made before a piece: however many there are, rings are refilled


class Generator:
    """Makes what the pads lack. Thread: the process's main one."""

    def __init__(self, memory: SharedMemory, options: argparse.Namespace) -> None:
        self._header = memory.header[0]
        self._rings = HitRings(memory)
        self._options = options
        self._maker: Maker | None = None
        self._sounds: Sounds | None = None
        self._freezer: Freezer | None = None
        self._pads = 0
        self._device = ""
        self._batch, self._piece = CPU_BATCH, CPU_PIECE
        self._orders = OrderBook(memory, lambda text: tell(note=text))
        self._broken = BrokenHits()
        self._kit = self._loading = 0
        self._counts, self._served, self._made, self._answered = (
            np.zeros((MAX_PADS, LAYERS), np.int64) for _ in range(4)
        )  # of each ring: hits asked for, turn and epoch of the last, the stroke it answered

    def load(self, sounds: Sounds, kit: int) -> None:
        """Make hits for this kit from now on; on any failure its frozen bank, or what there was.

        ``kit``: its number, which orders name.
        """
        self._freezer = None
        self._loading = kit
        self._broken = BrokenHits()
        self._sounds = sounds
        self._load(sounds)
        self._orders.remaker = Remaker({kit: sounds}, self._rate)
        self._kit = kit

    def _load(self, sounds: Sounds) -> None:
        try:
            maker, text = self._make_maker(sounds)
        except Exception as error:  # a broken model must not end the instrument
            tell(state="failed", text=in_words(error))
            if self._maker is not None and len(sounds.pads) == self._pads:
                if self._maker.kind == "frozen":
                    tell(state="frozen", text="frozen bank")
                return
            self._fall_back(sounds)
            return
        self._maker, self._pads = maker, len(sounds.pads)
        if isinstance(maker, ModelMaker):
            self._freezer = Freezer(maker, sounds, self._rate, cache_folder() / FOLDER)
        tell(state=maker.kind, text=text)

    def _fall_back(self, sounds: Sounds) -> None:
        try:
            self._maker, self._pads = self._frozen(sounds), len(sounds.pads)
        except Exception as worse:  # the pads go on repeating what they have
            tell(state="failed", text=in_words(worse))
            self._maker = None
        else:
            tell(state=self._maker.kind, text="frozen bank")

    def step(self) -> bool:
        """Make one batch; False if there was nothing to do."""
        epochs = self._rings.epochs()  # before the latents: a hit is never newer than its epoch
        asked_ns = self._rings.asked_ns()
        self._header["gen_beat_ns"][0] = now_ns()
        ordered = self._serve_orders()
        if self._maker is None:
            return ordered
        struck = self._rings.struck()
        wanted = plan(self._stock(epochs, struck), self._options.depth, self._batch)
        turn = self._served.max() + 1
        for number, first in enumerate(range(0, len(wanted), self._piece)):
            if number > 0:
                self._serve_orders()
            if number >= PIECES_SURE and self._outdated(epochs, struck):
                break
            piece = wanted[first : first + self._piece]
            for ring in piece:
                self._served[ring], self._made[ring] = turn, epochs[ring[0]]
                self._answered[ring] = struck[ring]
            self._make(piece, epochs, asked_ns)
        if wanted or ordered:
            return True
        return self._freezer is not None and self._freezer.step()

    def _outdated(self, epochs: np.ndarray, struck: np.ndarray) -> bool:
        """Whether another plan is due: a pad was struck, or turned once more."""
        now = self._rings.struck(), self._rings.epochs()
        return bool((now[0] != struck).any() or (now[1] != epochs).any())

    def _serve_orders(self) -> bool:
        """Make the most urgent hits that were ordered; False if there were none."""
        if self._kit == 0:  # they wait for the first kit
            return False
        for count in range(ORDERS_FIRST):
            if not self._orders.serve(self._maker, self._kit):
                return count > 0
        return True

    def _stock(self, epochs: np.ndarray, struck: np.ndarray) -> Stock:
        """The rings of this kit's pads."""
        called = np.where(struck > self._answered, struck, 0)
        fresh, ready, room = self._rings.ready_of(epochs), self._rings.ready(), self._rings.room()
        arrays = fresh, ready, room, struck, called, self._made, self._served
        return Stock(*(array[: self._pads] for array in arrays))

    def _make(
        self, wanted: list[tuple[int, int]], epochs: np.ndarray, asked_ns: np.ndarray
    ) -> None:
        """One hit for each (pad, layer), pushed under the epochs read before its latents."""
        assert self._maker is not None
        values = self._header["pad_value"].copy()
        requests = [self._request(pad, layer) for pad, layer in wanted]
        made = self._maker.make(requests, values)
        for (pad, layer), request, hit in zip(wanted, requests, made, strict=True):
            if hit.audio is None:
                self._header["gen_broken"][0] += 1
                self._broken.broken()
                if note := self._broken.note(pad):
                    tell(note=note)
                continue
            self._broken.whole()
            epoch = int(epochs[pad])
            asked = int(asked_ns[pad])
            kind, kit, row = self._maker.kind, self._loading, values[pad]
            origin = origin_of(kind, kit, hit.seed, request.velocity, row, hit.audio)
            self._rings.push(pad, layer, hit.audio, self._rate, hit.seed, epoch, asked, origin)
            self._header["gen_hits"][0] += 1
        if self._broken.hopeless and self._maker.kind == "model" and self._sounds:
            tell(state="failed", text="every hit of the model came out silent or broken")
            self._broken, self._freezer = BrokenHits(), None
            self._fall_back(self._sounds)

    def _make_maker(self, sounds: Sounds) -> tuple[Maker, str]:
        if self._options.device == "frozen":
            return self._frozen(sounds), "frozen bank"
        if isinstance(self._maker, ModelMaker) and self._maker.plays(sounds):
            self._maker.take(sounds)
            return self._maker, f"{sounds.model.name} on {self._device}"
        read_card(sounds.model)  # what can be seen without torch is told seconds earlier
        tell(state="loading", text=sounds.model.name)
        self._bridge(sounds)
        self._device = start_torch(self._options.device, self._options.threads)
        maker = ModelMaker(sounds, self._rate, self._options.session, self._device)
        on_cpu = self._device == "cpu"
        self._batch, self._piece = (CPU_BATCH, CPU_PIECE) if on_cpu else (GPU_BATCH, GPU_BATCH)
        return maker, f"{sounds.model.name} on {self._device}"

    def _bridge(self, sounds: Sounds) -> None:
        """While another model loads, give every ring one frozen hit of it: the kit changes at once.
        Started again in the place of one that ended, fill the rings: somebody plays.

        Not at the first start: there the engine has filled the rings already.
        """
        if self._maker is None and not self._options.again:
            return
        rounds = 1 if self._maker else self._options.depth
        with suppress(Exception):  # no bank: the old kit sounds until the model is there
            self._maker, self._pads = self._frozen(sounds), len(sounds.pads)
            epochs, asked_ns = self._rings.epochs(), self._rings.asked_ns()
            for turn in range(rounds):
                for layer in NEAREST[MIDDLE]:
                    ready = self._rings.ready()[: self._pads, layer]
                    lacking = np.flatnonzero((ready <= turn) | (rounds == 1))
                    self._make([(int(pad), layer) for pad in lacking], epochs, asked_ns)

    def _frozen(self, sounds: Sounds) -> FrozenMaker:
        return FrozenMaker(sounds, self._rate, self._options.session)

    @property
    def _rate(self) -> int:
        return int(self._header["rate"])

    def _request(self, pad: int, layer: int) -> Request:
        count = int(self._counts[pad, layer])
        self._counts[pad, layer] = count + 1
        return Request(pad, layer_number(layer, count), MADE_FOR[layer])


def tell(**status: object) -> None:
    """One line to the engine, which may be gone."""
    with suppress(BrokenPipeError, ValueError):
        print(json.dumps(status), file=_REPORTS, flush=True)


def in_words(error: Exception) -> str:
    """An error in one line: TorchScript's begin with a page of its own, the cause stands last."""
    if isinstance(error, MemoryError):
        return "out of memory"
    *_, cause = ["", *str(error).strip().splitlines()]
    return f"{type(error).__name__}: {cause}"


def run(options: argparse.Namespace) -> None:
    """Serve until standard input closes."""
    inbox = KitInbox(sys.stdin)
    try:
        memory = SharedMemory(name=options.memory)
    except FileNotFoundError:  # the engine ended while we were being imported
        return
    generator = Generator(memory, options)
    busy = False
    while True:
        message = inbox.latest(0.0 if busy else IDLE_S)
        if message is None:
            return
        if message:
            generator.load(Sounds.from_message(message), int(message["kit"]))
        busy = generator.step()


def be_nice() -> None:
    """The audio thread and MIDI come first."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def main(arguments: list[str]) -> None:
    """The process: it has standard input and output to itself, and ends with what it cannot do."""
    global _REPORTS
    # Libraries print what they like; only our own lines may reach the engine.
    _REPORTS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        run(_options(arguments))
    except KeyboardInterrupt:
        pass
    except Exception as error:  # the engine starts another, and tells it in one line, not in forty
        tell(note=in_words(error))
        os._exit(1)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", required=True, help="name of the engine's shared memory")
    parser.add_argument("--device", default="auto", help="auto, cuda, mps, cpu or frozen")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--session", type=int, default=0, help="seed of this session's hits")
    parser.add_argument("--again", action="store_true", help="in the place of one that ended")
    parser.add_argument("--depth", type=int, default=16, help="ready hits to keep per ring")
    return parser.parse_args(arguments)


_REPORTS = sys.stdout

if __name__ == "__main__":
    be_nice()
    main(sys.argv[1:])
