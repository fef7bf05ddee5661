"""What a turned MIDI controller turns in a kit."""

import math

from astrodrum_live.control.events import Event, Set, SetOrbit, SetTransport
from astrodrum_live.control.patch import EVERY_PAD, TRANSPORT, Binding, Patch
from astrodrum_live.control.sequencer_targets import OWNER, target_row, turned_to
from astrodrum_live.params import (
    master_param,
    orbit_number,
    orbit_param,
    pad_param,
    transport_param,
)

_VOLUME_CC = 7


def turned(patch: Patch, control: int, value: int) -> tuple[Event, ...]:
    """The events of controller ``control`` at ``value``, both 0..127; none if it is not bound."""
    bindings = patch.midi.bindings
    if control in bindings:
        return tuple(event for one in bindings[control] for event in _bound(patch, one, value))
    return (_volume(patch, value),) if control == _VOLUME_CC else ()


def _bound(patch: Patch, binding: Binding, value: int) -> tuple[Event, ...]:
    low, high = binding.over
    where = (value - low) / (high - low)
    if binding.pad is None:
        row = master_param(binding.param)
        return (Set(None, row.name, row.between(binding.start, binding.end, where)),)
    if binding.pad == OWNER and OWNER not in patch.pad_names():
        row = target_row(binding.param, (), ())
        return turned_to(binding.param, row.between(binding.start, binding.end, where))
    if binding.pad == TRANSPORT and TRANSPORT not in patch.pad_names():
        row = transport_param(binding.param)
        return (SetTransport(row.name, row.between(binding.start, binding.end, where)),)
    orbit = orbit_number(binding.pad)
    if orbit is not None:
        row = orbit_param(binding.param)
        return (SetOrbit(orbit, row.name, row.between(binding.start, binding.end, where)),)
    row = pad_param(binding.param)
    wanted = row.between(binding.start, binding.end, where)
    names = patch.pad_names()
    pads = range(len(names)) if binding.pad == EVERY_PAD else (names.index(binding.pad),)
    return tuple(Set(pad, row.name, wanted) for pad in pads)


def _volume(patch: Patch, value: int) -> Set:
    """GM's volume law, 40 log10(v / 127) dB, below the kit's own level: a fader that is all the
    way up plays the kit as it was saved."""
    row = master_param("gain")
    law = 40.0 * math.log10(value / 127.0) if value else row.low - row.high
    return Set(None, row.name, row.clamp(patch.master[row.name] + law))
