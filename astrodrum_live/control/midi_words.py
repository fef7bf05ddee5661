"""A MIDI message in words, and why it did nothing."""

import mido

from astrodrum_live.control.events import Event
from astrodrum_live.control.mapping import FINE_VELOCITY_CC, PEDAL_CC
from astrodrum_live.control.monitor import Seen, event_words
from astrodrum_live.control.patch import Patch


def midi_seen(
    message: bytes, events: tuple[Event, ...], patch: Patch, why: str = "", port: str = ""
) -> Seen:
    """What a message led to in this kit, and ``why`` no more, if the mapping knew. Never raises."""
    source = f"midi {port}" if port else "midi"
    try:
        parsed = mido.Message.from_bytes(message)
    except (ValueError, IndexError):
        return Seen(source, message.hex(" ")[:40] or "an empty message", why="this is not MIDI")
    did = "; ".join(event_words(event, patch.pad_names()) for event in events)
    return Seen(source, _words(parsed), did, why or ("" if events else _why(parsed, patch, port)))


def _words(parsed: mido.Message) -> str:
    channel = f" channel {parsed.channel + 1}" if hasattr(parsed, "channel") else ""
    if parsed.type == "note_on":
        return f"note {parsed.note} velocity {parsed.velocity}{channel}"
    if parsed.type == "control_change":
        return f"CC {parsed.control} = {parsed.value}{channel}"
    if parsed.type == "polytouch":
        return f"pressure {parsed.value} on note {parsed.note}{channel}"
    if parsed.type == "note_off":
        return f"note-off {parsed.note}{channel}"
    if parsed.type == "program_change":
        return f"program {parsed.program + 1}{channel}"
    return f"{parsed.type}{channel}"


def _why(parsed: mido.Message, patch: Patch, port: str) -> str:
    wanted, channel = patch.midi.channel, getattr(parsed, "channel", None)
    if channel is None:
        return "system messages play no drum"
    if wanted is not None and channel != wanted - 1:
        return f"the kit listens to channel {wanted} only"
    if parsed.type == "note_on" and parsed.velocity:
        return f"no pad of this kit plays note {parsed.note}"
    if parsed.type in ("note_on", "note_off"):
        zero = "velocity 0 is a note-off, and " if parsed.type == "note_on" else ""
        return f"{zero}note-offs are ignored in this kit"
    if parsed.type == "polytouch":
        threshold = patch.midi.choke_threshold(port)
        if threshold == 0:
            return "pressure chokes nothing in this kit (choke_at = 0)"
        return f"pressure chokes from {threshold} on, pads with aftertouch_choke"
    if parsed.type == "control_change":
        return _why_not_turned(parsed.control, patch)
    if parsed.type == "program_change":
        return "program changes load kits by the kit's set list, and it has none"
    return f"{parsed.type} means nothing to drums"


def _why_not_turned(control: int, patch: Patch) -> str:
    if control == FINE_VELOCITY_CC:
        return "the fine part of the next note's velocity"
    if control == patch.midi.hihat_cc:
        return "the hi-hat's pedal: it is heard at the next stroke"
    if control == PEDAL_CC and not patch.midi.hihat_cc and patch.midi.hihat_choke_at:
        return f"the hi-hat's pedal: it chokes as it rises to {patch.midi.hihat_choke_at}"
    return f"CC {control} is bound to nothing in this kit"
