"""Offline: the same callback, fed with a seeded supply of hits, faster than real time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from astrodrum_live.config import RING_SLOTS, SOUND_SLOTS, EngineConfig
from astrodrum_live.control.events import Choke, Event, Hit, Home, LoadKit, Panic, Set, SetOrbit
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_file import Performance
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import find_beside, load_patch
from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.makers import FrozenMaker, Made, Maker, ModelMaker, Request
from astrodrum_live.generation.orders import OrderBook
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.live.drift import Drift
from astrodrum_live.live.frozen import freeze_kit
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.model_choice import Choice, choose_model
from astrodrum_live.live.morph import FADER, Morph
from astrodrum_live.live.orders import OrderDesk, Sound
from astrodrum_live.live.ringing import longest_tail_s, longest_voice_s
from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.params import pad_param

BATCH = 4  # hits of one ring made together: fixed, so that the bits do not depend on the demand
MOST_AT_ONCE = RING_SLOTS - 2 * BATCH  # hits of one pad between two feedings
ANY_TIME = 1 << 62  # a deadline, ns: all is made before it is due
GIVE_UP = 64  # broken hits in a row after which a pad stays silent
TAIL_S = 0.1

Timed = tuple[int, Event]  # frame, event
Ring = tuple[int, int]  # pad, layer


class OfflineInstrument:
    """A kit that renders a performance, the same bits for the same seed at any block size.

    ``generator``: one of ``GENERATORS``; ``frozen`` is the model's bank. ``log`` gets plain lines.
    Errors: ``ModelError``, ``SoundsError``, ``PatchError``, ``GeneratorError``.
    """

    def __init__(
        self,
        patch: Patch,
        seed: int,
        rate: int = 48000,
        block: int = 256,
        generator: str = "cpu",
        log: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._choice = choice = choose_model(patch)
        self._block, self._seed, self._generator, self._log = block, seed, generator, log
        self._kits: dict[str, Choice] = {patch.kit: choice}
        self._rate = rate
        self._maker = self._make_maker(choice)
        self.engine = Engine(
            EngineConfig(rate=rate, block=block, voices=patch.voices, hit_seconds=choice.longest_s)
        )
        self._morph, self._drift = Morph(self.engine), Drift(self.engine)
        self._desk = OrderDesk(self.engine, seed, 0, self._morph)  # nothing renders meanwhile
        self._orders = OrderBook(self.engine.memory, lambda note: None)
        self._counts: Counter[Ring] = Counter()
        self._kit = 1
        load_kit(self.engine, choice.patch)
        self._settle(choice)

    def events(self, performance: Performance) -> tuple[list[Timed], Counter[int]]:
        """A MIDI performance as events at frames, in order; and its unmapped notes, counted.

        Kits that it asks for are loaded here; one that cannot be is told, and the last one plays
        on, as it would live.
        """
        patch = self._choice.patch
        turned = SilentInstrument(patch)  # what has been turned by then
        mapping = Mapping(patch, turned.value)
        rate = self.engine.config.rate
        timed: list[Timed] = []
        earliest = 1
        for seconds, message in performance:
            frame = max(round(seconds * rate), earliest)
            for event in mapping.events(message, round(seconds * 1e9)):
                if isinstance(event, LoadKit):
                    if not self._load(event.name, patch):
                        continue
                    patch = self._kits[event.name].patch
                    turned = SilentInstrument(patch)
                    mapping = Mapping(patch, turned.value, before=mapping)
                    if timed and timed[-1][0] == frame:  # what came before it is the last kit's
                        earliest = frame = frame + 1
                turned.post(event, 0)
                timed.append((frame, event))
        return timed, mapping.unmapped

    @property
    def patch(self) -> Patch:
        """The kit that plays by now."""
        return self._choice.patch

    def _load(self, name: str, playing: Patch) -> bool:
        """Have a kit ready by its name; False if it cannot be, which is told."""
        if name in self._kits:
            return True
        try:
            choice = choose_model(load_patch(find_beside(name, playing.path)))
        except (ValueError, ModelError) as error:
            self._log(f"{error}; '{playing.kit}' plays on")
            return False
        if choice.longest_s > self.engine.config.hit_seconds:
            self._log(f"hits of '{name}' are cut; render it by itself for the whole")
        self._kits[name] = choice
        return True

    def _make_maker(self, choice: Choice) -> Maker:
        if self._generator == "frozen":
            return FrozenMaker(choice.sounds, self._rate, self._seed)
        return ModelMaker(choice.sounds, self._rate, self._seed, start_torch(self._generator))

    def _change(self, choice: Choice) -> None:
        """Another kit from here on; what rings is left as it is."""
        before, self._choice = self._choice, choice
        maker = self._maker
        if isinstance(maker, ModelMaker) and maker.plays(choice.sounds):
            maker.take(choice.sounds)
        else:
            self._maker = self._make_maker(choice)
        self._kit += 1
        load_kit(self.engine, choice.patch, before.patch)
        self._desk.change_kit(self._kit)
        self._settle(choice)

    def _settle(self, choice: Choice) -> None:
        self._morph.load(choice.way)
        freeze_kit(self._desk, choice.patch, choice.hash, self._rate, self._log)
        while self._orders.serve(self._maker, self._kit):
            pass

    def length(self, timed: list[Timed]) -> int:
        """Frames until the last hit of ``timed`` has certainly died away."""
        events = [event for _, event in timed]
        voice_s = longest_voice_s(self.engine, len(self._choice.patch.pads), events)
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
            for frame, event in timed_now:
                if isinstance(event, Hit) and self._drift.is_off(event.pad, frame):
                    self._drift.move(event.pad, frame)
            posted = [
                (event, self._post(frame, event))
                for frame, event in timed_now
                if not _renews(event)
            ]
            while self._orders.serve(self._maker, self._kit):
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
        unsettled = False  # where the pads drift is known only when these have been obeyed
        for frame, event in due:
            if (_renews(event) or unsettled) and frame > begin:
                return frame, now
            unsettled |= _unsettles(event)
            if isinstance(event, Hit):
                if frame > begin and self._drift.is_off(event.pad, frame):
                    return frame, [item for item in now if item[0] < frame]
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
            case Set(pad, param, value) if param == FADER:
                self._morph.turn(pad, value, frame)
            case Set(pad, param, value):
                self.engine.post_set(pad, param, value, frame)
            case SetOrbit(orbit, param, value):
                self.engine.post_orbit(orbit, param, value, frame)
            case Choke(pad):
                self.engine.post_choke(pad, frame)
            case Panic():
                self.engine.post_panic()
            case Home(pad):
                self._drift.home(pad, frame)
            case LoadKit(name):
                self._change(self._kits[name])
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


def _unsettles(event: Event) -> bool:
    if isinstance(event, Set):
        return event.param in ("drift", "drift_bars", FADER)
    return isinstance(event, LoadKit | Home)


def _renews(event: Event) -> bool:
    """True if other hits are wanted from here on: other sounds, or other layers."""
    if isinstance(event, LoadKit | Home):
        return True
    if not isinstance(event, Set) or event.pad is None:
        return isinstance(event, Set) and event.param == FADER
    row = pad_param(event.param)
    return row.stage == "hit" or row.name in ("floor", "ceiling", "fixed", "round_robin")
