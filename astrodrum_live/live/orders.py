"""The order desk: hits that name their own sound get it made, into a slot, before they are due."""

import threading
from collections import Counter
from collections.abc import Iterable

import numpy as np

from astrodrum_live.config import MAX_BLOCK, SOUND_SLOTS
from astrodrum_live.control.events import Hit
from astrodrum_live.engine.engine import READY, Engine
from astrodrum_live.engine.heard import Heard
from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.generation.seeds import drawn_number, folder_number
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.live.morph import FADER, Morph
from astrodrum_live.model.dynamics import NEUTRAL
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS, pad_param

Sound = tuple[int, int]  # slot, ticket
Key = tuple[int, int | None, float, bytes]  # pad, number, velocity it is made for, hit rows

NO_SOUND: Sound = (0, -1)  # no slot ever holds it: a ready hit plays, and that is counted
NOBODY_WAITS = 0  # the deadline of a sound for the next time
IN_FLIGHT = 2 * MAX_BLOCK  # frames after which a command posted before has been seen to
_HELD = np.iinfo(np.int64).max

_HIT_ROWS = np.array([i for i, row in enumerate(PAD_PARAMS) if row.stage == "hit"])


def is_ordered(hit: Hit) -> bool:
    """Whether a hit names its own sound, by a number or by rows of stage ``hit``."""
    return hit.number is not None or any(pad_param(name).stage == "hit" for name, _ in hit.params)


def own_row(row: np.ndarray, params: Iterable[tuple[str, float]]) -> np.ndarray:
    """A pad's values (rows,) with a hit's own of stage ``hit``, on their rows' steps."""
    own = row.copy()
    for name, value in params:
        param = pad_param(name)
        if param.stage == "hit":
            own[PAD_INDEX[param.name]] = param.stepped(value)
    return own


class OrderDesk:
    """Posts hits to ``engine``; those with a number or with rows of stage ``hit`` are ordered from
    the generator first.

    A hit with a number is the same sound always, so it is kept and found again, until its slot is
    the one that was used longest ago of those that no posted hit names. ``session``: draws the
    numbers of the others. ``in_flight``: frames for which a posted hit may be unseen by the
    callback. ``morph``: where a hit is that has a ``kit_morph`` of its own.
    Thread: any. Realtime-safe: no.
    """

    def __init__(
        self,
        engine: Engine,
        session: int = 0,
        in_flight: int = IN_FLIGHT,
        morph: Morph | None = None,
    ) -> None:
        self._engine = engine
        self._morph = morph or Morph(engine)
        self._session = session
        self._in_flight = in_flight
        self._slots = SoundSlots(engine.memory)
        self._lock = threading.Lock()
        self._kit = 1  # the number of the generator's first
        self._tickets = self._turn = 0
        self._drawn: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()  # hits in turn
        self._found: dict[Key, int] = {}
        self._keys: list[Key | None] = [None] * SOUND_SLOTS
        self._used = np.zeros(SOUND_SLOTS, np.int64)  # turn of the last use
        self._pinned = np.full(SOUND_SLOTS, -1, np.int64)  # frame at which the last such hit is due
        self._frozen: dict[int, Heard] = {}
        self.counts: Counter[str] = Counter()

    def post_hit(self, hit: Hit, frame: int, deadline_ns: int = NOBODY_WAITS) -> Sound | None:
        """Strike a pad at ``frame`` (0: at once); what it will play: a slot and its ticket,
        ``READY`` or ``NO_SOUND``; None if the command ring is full.

        ``deadline_ns``: when the sound must be ready; ``NOBODY_WAITS`` for a hit that plays now:
        it sounds as ordered if that sound is there, and else the next of its kind does.
        """
        ordered = (hit.number is not None or hit.params != ()) and is_ordered(hit)
        if not ordered and not self._stands(hit.pad):
            done = self._engine.post_hit(hit.pad, hit.velocity, frame, hit.params, hit.amplitude)
            return READY if done else None
        with self._lock:
            sound = self._sound(hit, deadline_ns) if ordered else self._standing_sound(hit)
            if not ordered and self._in_flight and not self.is_made(sound):
                return READY if self._post(hit, frame, READY) else None
            posted = self._post(hit, frame, sound)
            if sound != NO_SOUND:
                self._pin(sound[0], frame if posted else -1)
        return sound if posted else None

    def prepare(self, hit: Hit, deadline_ns: int) -> Sound:
        """Have the sound of a hit made that will be posted with ``post_prepared``: its slot is kept
        until then, or until it is let go. ``NO_SOUND`` if all slots are in use."""
        with self._lock:
            sound = self._sound(hit, deadline_ns)
            if sound != NO_SOUND:
                self._pinned[sound[0]] = _HELD
        return sound

    def post_prepared(self, hit: Hit, frame: int, sound: Sound) -> bool:
        """Strike a pad at ``frame`` with a sound that was prepared; False if the command ring is
        full."""
        with self._lock:
            posted = self._post(hit, frame, sound)
            if sound != NO_SOUND:
                self._pin(sound[0], frame if posted else -1)
        return posted

    def let_go(self, sound: Sound) -> None:
        """A prepared sound will not be posted."""
        with self._lock:
            if sound != NO_SOUND and self._slots.ticket(sound[0]) == sound[1]:
                self._pin(sound[0], -1)

    def change_kit(self, kit: int) -> None:
        """From here on order for kit number ``kit``: what is kept is another kit's."""
        with self._lock:
            self._kit = kit
            self._found.clear()
            self._keys = [None] * SOUND_SLOTS
            self._used[:] = 0
            self._frozen.clear()
            self._engine.hold_back(())

    def may_order(self, hit: Hit) -> bool:
        """Whether a hit plays another sound than the next fresh one of its pad."""
        return is_ordered(hit) or self._stands(hit.pad)

    def freeze(self, pad: int, heard: Heard | None) -> None:
        """From here on every stroke of ``pad`` that asks for nothing else plays this very hit, as
        soon as it is made again; None: fresh ones."""
        with self._lock:
            if heard is None:
                self._frozen.pop(pad, None)
                self._used[self._used == _HELD] = self._turn  # the others take theirs again
            else:
                self._frozen[pad] = heard
                self._frozen_sound(pad)
            self._engine.hold_back(self._frozen)

    def frozen(self, pad: int) -> Heard | None:
        """The hit that a pad is frozen to."""
        return self._frozen.get(pad)

    def order_again(self, heard: Heard) -> Sound:
        """Have a hit that was heard made again; ``NO_SOUND`` if all slots are in use."""
        with self._lock:
            return self._heard_sound(heard)

    def order_number(self, pad: int, number: int) -> Sound:
        """Have that hit of a pad's endless folder made; ``NO_SOUND`` if all slots are in use."""
        with self._lock:
            return self._numbered(pad, folder_number(number), self._engine.row(pad), NOBODY_WAITS)

    def samples(self, sound: Sound) -> np.ndarray | None:
        """A made hit's samples (n,) float32, a copy; None if it is not there (any more)."""
        slot = sound[0]
        header = self._engine.memory.header[0]
        if not self.is_made(sound):
            return None
        audio = self._engine.memory.sound(slot)[: int(header["sound"]["frames"][slot])].copy()
        return audio if self.is_made(sound) else None

    def is_made(self, sound: Sound) -> bool:
        """Whether an ordered sound is there; never of ``READY`` and ``NO_SOUND``."""
        return sound[1] > 0 and self._slots.made(*sound)

    def waiting(self) -> int:
        """Orders that are not answered yet."""
        return len(self._slots.waiting())

    def stats(self) -> dict[str, int]:
        """Orders given, found in the cache, refused for want of a slot, and waiting."""
        return {
            "orders": self._tickets,
            "orders_found": self.counts["found"],
            "orders_no_slot": self.counts["no_slot"],
            "orders_waiting": self.waiting(),
        }

    def _post(self, hit: Hit, frame: int, sound: Sound) -> bool:
        return self._engine.post_hit(hit.pad, hit.velocity, frame, hit.params, hit.amplitude, sound)

    def _pin(self, slot: int, frame: int) -> None:
        """The slot is not reused before the callback is certainly past ``frame``, and has obeyed
        what was posted by now."""
        if self._pinned[slot] == _HELD:
            self._pinned[slot] = -1
        if frame >= 0:
            seen = self._engine.frame + self._in_flight
            self._pinned[slot] = max(self._pinned[slot], frame, seen)

    def _sound(self, hit: Hit, deadline_ns: int) -> Sound:
        share = dict(hit.params).get(FADER)
        stands = self._engine.row(hit.pad)
        if share is not None:
            stands = self._morph.row(hit.pad, pad_param(FADER).stepped(share))
        row = own_row(stands, hit.params)
        if hit.number is not None:
            return self._numbered(hit.pad, folder_number(hit.number), row, deadline_ns)
        made_for = MADE_FOR[self._engine.layer(hit.pad, hit.velocity)]
        if deadline_ns == NOBODY_WAITS:
            return self._spare(hit.pad, made_for, row)
        slot = self._order(hit.pad, self._draw(hit.pad), made_for, row, deadline_ns)
        return self._take(slot)

    def _numbered(
        self, pad: int, number: int, row: np.ndarray, deadline_ns: int, made_for: float = NEUTRAL
    ) -> Sound:
        key = (pad, number, made_for, row[_HIT_ROWS].tobytes())
        slot = self._found.get(key)
        if slot is None:
            slot = self._order(pad, number, made_for, row, deadline_ns, key)
        else:
            self.counts["found"] += 1
        return self._take(slot)

    def _stands(self, pad: int) -> bool:
        """Whether a stroke of the pad plays one of few, not the next fresh one."""
        return pad in self._frozen or self._engine.rounds(pad) > 0

    def _standing_sound(self, hit: Hit) -> Sound:
        """Of a hit that names no sound: the one its pad is frozen to, or the next of its round."""
        pad = hit.pad
        if pad in self._frozen:
            return self._frozen_sound(pad)
        number = self._struck[pad] % self._engine.rounds(pad)
        self._struck[pad] += 1
        made_for = MADE_FOR[self._engine.layer(pad, hit.velocity)]
        return self._numbered(pad, number, self._engine.row(pad), NOBODY_WAITS, made_for)

    def _frozen_sound(self, pad: int) -> Sound:
        sound = self._heard_sound(self._frozen[pad])
        if sound != NO_SOUND:
            self._used[sound[0]] = _HELD  # given up last of all
        return sound

    def _heard_sound(self, heard: Heard) -> Sound:
        """The slot of a hit that was heard, where it is made again if need be."""
        origin = heard.origin
        row, seed = origin["row"], int(origin["seed"])
        key = (heard.pad, -1 - seed, float(origin["made_for"]), row[_HIT_ROWS].tobytes())
        slot = self._found.get(key)
        if slot is not None:
            found = slot, self._slots.ticket(slot)
            if not self._slots.answered()[slot] or self.is_made(found):
                return self._take(slot)
            del self._found[key]  # it could not be had then; perhaps the model is up now
            self._keys[slot] = None
        number = -1 if heard.number is None else heard.number
        slot = self._order(
            heard.pad, number, key[2], row, NOBODY_WAITS, key,
            maker=origin["maker"], check=origin["check"], seed=seed, rate=heard.rate,
        )  # fmt: skip
        return self._take(slot)

    def _spare(self, pad: int, made_for: float, row: np.ndarray) -> Sound:
        """Of fresh hits that play at once: the one that the last such hit had made, and another is
        ordered for the next."""
        key = (pad, None, made_for, row[_HIT_ROWS].tobytes())
        slot = self._found.get(key)
        if slot is not None and not self._slots.answered()[slot]:
            return NO_SOUND
        if slot is not None:
            del self._found[key]
            self._keys[slot] = None
            self._pinned[slot] = _HELD  # no other order may take it before it is posted
        self._order(pad, self._draw(pad), made_for, row, NOBODY_WAITS, key)
        return self._take(slot)

    def _draw(self, pad: int) -> int:
        self._drawn[pad] += 1
        return drawn_number(self._session, pad, self._drawn[pad])

    def _take(self, slot: int | None) -> Sound:
        if slot is None:
            return NO_SOUND
        self._turn += 1
        self._used[slot] = self._turn
        return slot, self._slots.ticket(slot)

    def _order(
        self, pad: int, number: int, made_for: float, row: np.ndarray, deadline_ns: int,
        key: Key | None = None, **again: object,
    ) -> int | None:  # fmt: skip
        """The slot it will be in, kept under ``key`` if there is one; None if all are in use."""
        slot = self._free_slot()
        if slot is None:
            self.counts["no_slot"] += 1
            return None
        if (old := self._keys[slot]) is not None:
            del self._found[old]
        self._keys[slot] = key
        if key is not None:
            self._found[key] = slot
        self._tickets += 1
        self._turn += 1
        self._used[slot] = self._turn
        self._slots.ask(
            slot, ticket=self._tickets, kit=self._kit, deadline_ns=deadline_ns, number=number,
            pad=pad, keep=key is not None, velocity=made_for, row=row, **again,
        )  # fmt: skip
        return slot

    def _free_slot(self) -> int | None:
        free = np.flatnonzero(self._slots.answered() & (self._pinned < self._engine.frame))
        return int(free[np.argmin(self._used[free])]) if free.size else None
