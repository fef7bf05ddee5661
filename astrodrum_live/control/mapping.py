"""MIDI messages to events: what a note, a pedal, a grabbed cymbal or a knob means in one kit."""

from collections import Counter
from collections.abc import Callable, Sequence

import mido

from astrodrum_live.control.controllers import turned
from astrodrum_live.control.drum_map import pads_by_note, role_pad
from astrodrum_live.control.events import Choke, Event, Freeze, Hit, Home, LoadKit, Panic
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.retrigger import RetriggerGuard
from astrodrum_live.control.sequencer_targets import pressed

FINE_VELOCITY_CC = 88  # MIDI's high resolution velocity prefix (CA-031)
PEDAL_CC = 4
_PANIC_CCS = (120, 123)
_CLOSED = 127
_DOWN = 64  # a switch is on from here
_SYSTEM = 0xF0  # from this status byte on there is no channel
_LENGTHS = {0x80: 3, 0x90: 3, 0xA0: 3, 0xB0: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3}


class Mapping:
    """One kit's reading of MIDI. Make a new one when the kit changes, from the one ``before``,
    which hands on what it has counted and where the pedal stands.

    ``value``: the latest wanted value of a pad's row; without it, the kit's own. ``kits``: the set
    list where the kit has none.
    ``unmapped`` counts note-ons by note that no pad plays, ``malformed`` what was not MIDI, and
    ``guard.dropped`` double triggers by pad: silence on stage must have a reason that can be shown.
    ``why``: one about the last message, where the kit alone does not tell it. ``notices``: lines
    to tell once, for their reader to take away.
    Thread: one at a time (it latches the pedal). Realtime-safe: no.
    """

    def __init__(
        self,
        patch: Patch,
        value: Callable[[int, str], float] | None = None,
        kits: Sequence[str] = (),
        before: "Mapping | None" = None,
    ) -> None:
        self.patch = patch
        self.why = ""
        self.guard = RetriggerGuard()
        self.unmapped: Counter[int] = before.unmapped if before else Counter()
        self.malformed: int = before.malformed if before else 0
        self.notices: list[str] = before.notices if before else []
        self.kits: tuple[str, ...] = patch.midi.kits or (before.kits if before else tuple(kits))
        if before:
            self.guard.dropped = before.guard.dropped
        self._told: set[int] = before._told if before else set()
        self._value = value or (lambda pad, row: patch.pads[pad].values[row])
        self._pads = pads_by_note(patch)
        self._closed, self._open = role_pad(patch, "hat_closed"), role_pad(patch, "hat_open")
        self._pedal: int = before._pedal if before else _CLOSED
        self._fine: dict[int, int] = {}
        self._down: set[int] = set()  # switches

    def events(self, message: bytes, at_ns: int | None = None, port: str = "") -> tuple[Event, ...]:
        """What one MIDI message means; nothing for clocks, other channels, idle note-offs.

        ``message``: one whole message with its status byte. ``at_ns``: when it came, or is due;
        without it no double trigger is known. ``port``: the name of where it came from.
        Never raises.
        """
        self.why = ""
        if not message or message[0] >= _SYSTEM or not _is_whole(message):
            self._take_other(message)
            return ()
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        wanted = self.patch.midi.channel
        if wanted is not None and channel != wanted - 1:
            return ()
        match kind:
            case 0x90:
                return self._note(channel, message[1], message[2], at_ns)
            case 0x80:
                return self._note(channel, message[1], 0, at_ns)
            case 0xA0:
                return self._pressed(message[1], message[2], port)
            case 0xB0:
                return self._turned(channel, message[1], message[2])
            case 0xC0:
                return self._program(message[1])
        return ()

    def hits(self, note: int, velocity: float) -> tuple[Hit, ...]:
        """The hits of note 0..127 at a velocity in (0, 1]; a note no pad plays is counted."""
        pads = self._pads.get(note, ())
        if not pads:
            if note not in self.unmapped:
                self.notices.append(
                    f"no pad of this kit plays note {note}; 'astrodrum learn' binds it"
                )
            self.unmapped[note] += 1
        return tuple(Hit(self._by_pedal(pad), velocity) for pad in pads)

    def _take_other(self, message: bytes) -> None:
        """System messages have no channel, and none of them plays a drum."""
        try:
            mido.Message.from_bytes(message)
        except (ValueError, IndexError):
            self.malformed += 1

    def _note(self, channel: int, note: int, velocity: int, at_ns: int | None) -> tuple[Event, ...]:
        """A note-on; a note-off is one of velocity 0."""
        fine = self._fine.pop(channel, 0) if self._fine else 0
        midi, struck = self.patch.midi, velocity > 0
        if note in midi.notes:
            return pressed(midi.notes[note], struck)
        if note == midi.freeze_note:
            return (Freeze(toggle=True),) if struck else ()
        if note == midi.home_note:
            return (Home(),) if struck else ()
        if not struck:
            return self._released(note)
        # 127 is full whatever its fine part, as it is from a module that sends none
        hits = self.hits(note, min((velocity * 128 + fine) / (127 * 128), 1.0))
        if at_ns is None:
            return hits
        return tuple(hit for hit in hits if self._sounds(hit.pad, at_ns))

    def _sounds(self, pad: int, at_ns: int) -> bool:
        guard_ms = self._value(pad, "retrigger")
        if self.guard.lets(pad, at_ns, guard_ms):
            return True
        name = self.patch.pads[pad].name
        self.why = f"within {guard_ms:g} ms (retrigger_ms) of the last note on {name}"
        return False

    def _by_pedal(self, pad: int) -> int:
        midi = self.patch.midi
        is_open = midi.hihat_cc != 0 and self._pedal < midi.hihat_open_below
        if pad == self._closed and self._open is not None and is_open:
            return self._open
        return pad

    def _released(self, note: int) -> tuple[Event, ...]:
        kits = self.patch.midi.note_off
        pads = (self._by_pedal(pad) for pad in self._pads.get(note, ()))
        return tuple(
            Choke(pad) for pad in pads if (self.patch.pads[pad].note_off or kits) == "gate"
        )

    def _pressed(self, note: int, value: int, port: str) -> tuple[Event, ...]:
        threshold = self.patch.midi.choke_threshold(port)
        if threshold == 0 or value < threshold:
            return ()
        pads = self._pads.get(note, ())
        return tuple(Choke(pad) for pad in pads if self.patch.pads[pad].aftertouch_choke)

    def _turned(self, channel: int, control: int, value: int) -> tuple[Event, ...]:
        midi = self.patch.midi
        if control in _PANIC_CCS:
            return (Panic(),)
        if control != 0 and control in (midi.freeze_cc, midi.home_cc):
            event = Freeze(toggle=True) if control == midi.freeze_cc else Home()
            return (event,) if self._pressed_down(control, value) else ()
        if control == FINE_VELOCITY_CC and control not in midi.bindings:
            self._fine[channel] = value
            return ()
        closing = self._pedalled(value) if control == (midi.hihat_cc or PEDAL_CC) else ()
        return closing + turned(self.patch, control, value)

    def _pressed_down(self, control: int, value: int) -> bool:
        """Whether a switch that was up is down now."""
        was_down = control in self._down
        if value >= _DOWN:
            self._down.add(control)
        else:
            self._down.discard(control)
        return value >= _DOWN and not was_down

    def _pedalled(self, value: int) -> tuple[Event, ...]:
        """Latch the pedal; where it comes down past the kit's threshold, the open hat is held."""
        before, self._pedal = self._pedal, value
        if not before < self.patch.midi.hihat_choke_at <= value:
            return ()
        return tuple(
            Choke(index)
            for index, pad in enumerate(self.patch.pads)
            if pad.name == "hat_open" or pad.main_class.removeprefix("e_") == "hat_open"
        )

    def _program(self, number: int) -> tuple[Event, ...]:
        if number < len(self.kits):
            return (LoadKit(self.kits[number]),)
        if self.kits:
            self.why = f"program {number + 1}, and the set list has {len(self.kits)} kits"
            if number not in self._told:
                self._told.add(number)
                self.notices.append(f"MIDI asks for {self.why}")
        return ()


def _is_whole(message: bytes) -> bool:
    """Whether these bytes are one message of a channel. By hand: mido takes five times as long."""
    if len(message) != _LENGTHS.get(message[0] & 0xF0):
        return False
    return max(message[1:]) < 0x80
