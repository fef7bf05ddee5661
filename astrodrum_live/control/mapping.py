"""MIDI messages to events: what a note, a pedal, a grabbed cymbal or a knob means in one kit."""

import math
from collections import Counter

import mido

from astrodrum_live.control.drum_map import pads_by_note, role_pad
from astrodrum_live.control.events import Choke, Event, Hit, Panic, Set, SetOrbit
from astrodrum_live.control.patch import EVERY_PAD, Patch
from astrodrum_live.params import master_param, orbit_number, orbit_param, pad_param

_VOLUME_CC = 7
_PANIC_CCS = (120, 123)
_OPENED = 127


class Mapping:
    """One kit's reading of MIDI. Make a new one when the kit changes.

    ``unmapped`` counts note-ons by note that no pad plays, ``malformed`` what was not MIDI: silence
    on stage must have a reason that can be shown.
    Thread: one at a time (it latches the pedal). Realtime-safe: no.
    """

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.unmapped: Counter[int] = Counter()
        self.malformed = 0
        self._pads = pads_by_note(patch)
        self._closed, self._open = role_pad(patch, "hat_closed"), role_pad(patch, "hat_open")
        self._pedal = _OPENED

    def events(self, message: bytes) -> tuple[Event, ...]:
        """What one MIDI message means; nothing for clocks, other channels, idle note-offs.

        ``message``: one whole message with its status byte. Never raises.
        """
        try:
            parsed = mido.Message.from_bytes(message)
        except (ValueError, IndexError):
            self.malformed += 1
            return ()
        if not self._hears(getattr(parsed, "channel", None)):
            return ()
        if parsed.type == "note_on" and parsed.velocity > 0:
            return self.hits(parsed.note, parsed.velocity / 127.0)
        if parsed.type in ("note_on", "note_off"):
            return self._released(parsed.note)
        if parsed.type == "polytouch":
            return self._pressed(parsed.note, parsed.value)
        if parsed.type == "control_change":
            return self._turned(parsed.control, parsed.value)
        return ()

    def hits(self, note: int, velocity: float) -> tuple[Event, ...]:
        """The hits of note 0..127 at a velocity in (0, 1]; a note no pad plays is counted."""
        pads = self._pads.get(note, ())
        if not pads:
            self.unmapped[note] += 1
        return tuple(Hit(self._by_pedal(pad), velocity) for pad in pads)

    def _hears(self, channel: int | None) -> bool:
        """System messages have no channel, and none of them plays a drum."""
        wanted = self.patch.midi.channel
        return channel is not None and (wanted is None or channel == wanted - 1)

    def _by_pedal(self, pad: int) -> int:
        is_open = self._pedal < self.patch.midi.hihat_open_below
        if pad == self._closed and self._open is not None and is_open:
            return self._open
        return pad

    def _released(self, note: int) -> tuple[Event, ...]:
        if self.patch.midi.note_off == "ignore":
            return ()
        return tuple(Choke(self._by_pedal(pad)) for pad in self._pads.get(note, ()))

    def _pressed(self, note: int, value: int) -> tuple[Event, ...]:
        threshold = self.patch.midi.choke_at
        if threshold == 0 or value < threshold:
            return ()
        pads = self._pads.get(note, ())
        return tuple(Choke(pad) for pad in pads if self.patch.pads[pad].aftertouch_choke)

    def _turned(self, control: int, value: int) -> tuple[Event, ...]:
        midi = self.patch.midi
        if control in _PANIC_CCS:
            return (Panic(),)
        if control == midi.hihat_cc and control != 0:
            self._pedal = value
        if control in midi.bindings:
            return self._bound(control, value / 127.0)
        if control == _VOLUME_CC:
            return (self._volume(value),)
        return ()

    def _bound(self, control: int, position: float) -> tuple[Event, ...]:
        binding = self.patch.midi.bindings[control]
        if binding.pad is None:
            row = master_param(binding.param)
            return (Set(None, row.name, row.from_unit(position)),)
        orbit = orbit_number(binding.pad)
        if orbit is not None:
            row = orbit_param(binding.param)
            return (SetOrbit(orbit, row.name, row.from_unit(position)),)
        row = pad_param(binding.param)
        names = self.patch.pad_names()
        pads = range(len(names)) if binding.pad == EVERY_PAD else (names.index(binding.pad),)
        return tuple(Set(pad, row.name, row.from_unit(position)) for pad in pads)

    def _volume(self, value: int) -> Set:
        """GM's volume law, 40 log10(v / 127) dB, below the kit's own level: a fader that is all the
        way up plays the kit as it was saved."""
        row = master_param("gain")
        law = 40.0 * math.log10(value / 127.0) if value else row.low - row.high
        return Set(None, row.name, row.clamp(self.patch.master[row.name] + law))
