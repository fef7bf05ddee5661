"""Offline: the same callback, fed with a seeded supply of hits, faster than real time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from astrodrum_live.config import RING_SLOTS, SOUND_SLOTS, EngineConfig
from astrodrum_live.control.events import Choke, Event, Hit, Panic, Set, SetOrbit
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_file import Performance
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.makers import FrozenMaker, Made, Maker, ModelMaker, Request
from astrodrum_live.generation.orders import OrderBook
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.live.frozen import freeze_kit
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.model_choice import choose_model
from astrodrum_live.live.orders import OrderDesk, Sound
from astrodrum_live.live.ringing import longest_tail_s, longest_voice_s
from astrodrum_live.params import pad_param

BATCH = 4  # hits of one ring made together: fixed, so that the bits do not depend on the demand
MOST_AT_ONCE = RING_SLOTS - 2 * BATCH  # hits of one pad between two feedings
ANY_TIME = 1 << 62  # a deadline, ns: all is made before it is due
KIT = 1
GIVE_UP = 64  # broken hits in a row after which a pad stays silent
TAIL_S = 0.1

Timed = tuple[int, Event]  # frame, event
Ring = tuple[int, int]  # pad, layer


class OfflineInstrument:
    """A kit that renders a performance, the same bits for the same seed at any block size.

    ``generator``: one of ``GENERATORS``; ``frozen`` is the model's bank.
    Errors: ``ModelError``, ``SoundsError``, ``GeneratorError``.
    """

    def __init__(
        self, patch: Patch, seed: int, rate: int = 48000, block: int = 256, generator: str = "cpu"
    ) -> None:
        choice = choose_model(patch)
        patch, sounds = choice.patch, choice.sounds
        self._patch = patch
        self._block = block
        self._maker: Maker = (
            FrozenMaker(sounds, rate, seed)
            if generator == "frozen"
            else ModelMaker(sounds, rate, seed, start_torch(generator))
        )
        self.engine = Engine(
            EngineConfig(rate=rate, block=block, voices=patch.voices, hit_seconds=choice.longest_s)
        )
        self._desk = OrderDesk(self.engine, seed, in_flight=0)  # nothing renders meanwhile
        self._orders = OrderBook(self.engine.memory, lambda note: None)
        self._counts: Counter[Ring] = Counter()
        load_kit(self.engine, patch)
        freeze_kit(self._desk, patch, choice.hash, rate, lambda note: None)
        while self._orders.serve(self._maker, KIT):
            pass

    def events(self, performance: Performance) -> tuple[list[Timed], Counter[int]]:
        """A MIDI performance as events at frames, in order; and its unmapped notes, counted."""
        turned = SilentInstrument(self._patch)  # what has been turned by then
        mapping = Mapping(self._patch, turned.value)
        rate = self.engine.config.rate
        timed: list[Timed] = []
        for seconds, message in performance:
            for event in mapping.events(message, round(seconds * 1e9)):
                turned.post(event, 0)
                timed.append((max(round(seconds * rate), 1), event))
        return timed, mapping.unmapped

    def length(self, timed: list[Timed]) -> int:
        """Frames until the last hit of ``timed`` has certainly died away."""
        events = [event for _, event in timed]
        voice_s = longest_voice_s(self.engine, len(self._patch.pads), events)
        last = timed[-1][0] if timed else 0
        rings_s = voice_s + TAIL_S + longest_tail_s(self.engine, events)
        return last + int(rings_s * self.engine.config.rate)

    def render(
        self, timed: list[Timed], progress: Callable[[int], None] = lambda frames: None
    ) -> Iterator[np.ndarray]:
        """The sound of ``timed`` in pieces (n, 2) float32; ``progress`` is told frames done."""
        total = self.length(timed)
        done = obeyed = 0
        while done < total:
            within = min(done + self._block, total)
            due = timed[obeyed : bisect_left(timed, within, lo=obeyed, key=lambda item: item[0])]
            end, timed_now = self._next_piece(due, done, within)
            obeyed += len(timed_now)
            for frame, event in timed_now:  # first: what is fed next must have the new sound
                if _renews(event):
                    self._post(frame, event)
            posted = [
                (event, self._post(frame, event))
                for frame, event in timed_now
                if not _renews(event)
            ]
            while self._orders.serve(self._maker, KIT):
                pass
            self._feed(Counter(self._from_rings(posted)))
            yield self.engine.render(end - done)
            done = end
            progress(done)

    def close(self) -> None:
        """Give the memory back."""
        self.engine.close()

    def _next_piece(self, due: list[Timed], begin: int, end: int) -> tuple[int, list[Timed]]:
        """How far one call may render of what is ``due`` in ``begin..end``, and which of it: no pad
        may run dry, and new sounds begin a piece."""
        now: list[Timed] = []
        hits: Counter[int] = Counter()
        ordered = 0
        for frame, event in due:
            if _renews(event) and frame > begin:
                return frame, now
            if isinstance(event, Hit):
                full = hits[event.pad] == MOST_AT_ONCE or ordered == SOUND_SLOTS
                if full and frame > begin:
                    return frame, [item for item in now if item[0] < frame]
                hits[event.pad] += 1
                ordered += self._desk.may_order(event)
            now.append((frame, event))
        return end, now

    def _post(self, frame: int, event: Event) -> Sound | None:
        """The sound that a hit will play."""
        match event:
            case Hit():
                return self._desk.post_hit(event, frame, ANY_TIME)
            case Set(pad, param, value):
                self.engine.post_set(pad, param, value, frame)
            case SetOrbit(orbit, param, value):
                self.engine.post_orbit(orbit, param, value, frame)
            case Choke(pad):
                self.engine.post_choke(pad, frame)
            case Panic():
                self.engine.post_panic()
        return None

    def _from_rings(self, posted: list[tuple[Event, Sound | None]]) -> Iterator[Ring]:
        """The rings of the hits that nothing was made for."""
        for event, sound in posted:
            if isinstance(event, Hit) and not (sound and self._desk.is_made(sound)):
                yield event.pad, self.engine.layer(event.pad, event.velocity)

    def _feed(self, wanted: Counter[Ring]) -> None:
        """Make sure every ring has as many fresh hits as it is about to play."""
        rings = self.engine.rings
        epochs = rings.epochs()
        for ring, count in wanted.items():
            broken = 0
            while rings.ready_of(epochs)[ring] < count and broken < GIVE_UP:
                requests = [self._request(*ring) for _ in range(BATCH)]
                values = self.engine.memory.header[0]["pad_value"]
                for made in self._maker.make(requests, values):
                    if made.audio is None:
                        broken += 1
                    else:
                        self._push(ring, made, int(epochs[ring[0]]))
                if rings.room()[ring] < BATCH:  # more in one frame than a ring holds: repeats
                    break

    def _request(self, pad: int, layer: int) -> Request:
        count = self._counts[pad, layer]
        self._counts[pad, layer] += 1
        return Request(pad, layer_number(layer, count), MADE_FOR[layer])

    def _push(self, ring: Ring, made: Made, epoch: int) -> None:
        assert made.audio is not None
        rate = self.engine.config.rate
        self.engine.rings.push(*ring, made.audio, rate, made.seed, epoch)


def _renews(event: Event) -> bool:
    """True if other hits are wanted from here on: other sounds, or other layers."""
    if not isinstance(event, Set) or event.pad is None:
        return False
    row = pad_param(event.param)
    return row.stage == "hit" or row.name in ("floor", "ceiling", "fixed", "round_robin")
