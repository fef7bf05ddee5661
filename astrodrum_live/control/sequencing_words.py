"""What is asked of the sequencer, in a player's words."""

from astrodrum_live.control.events import (
    EditPattern,
    Fill,
    Mute,
    Select,
    Sequencing,
    SetSwing,
    StorePatterns,
)


def sequencing_words(event: Sequencing) -> str:
    """For a line of the monitor."""
    match event:
        case SetSwing(swing):
            return f"swing = {swing:g}"
        case Select(pattern, now):
            return f"pattern {pattern} {'now' if now else 'at the bar'}"
        case Fill(on):
            return f"fill {_switch(on)}"
        case Mute(pad, on, solo):
            return f"{'solo' if solo else 'mute'} {pad} {_switch(on)}"
        case EditPattern(edit):
            return f"edit {edit.place()}"
        case StorePatterns(pattern):
            return f"store {'all patterns' if pattern is None else f'pattern {pattern}'}"


def _switch(on: bool | None) -> str:
    return "the other way" if on is None else "on" if on else "off"
