"""How high an event is: notes, MIDI notes, octaves and frequencies to semitones."""

import math
import re

from astrodrum_live.control.superdirt.reading import Values, amount, given

_MIDDLE_C = 60.0
_MIDDLE_C_HZ = 261.6255653
_OCTAVE = 5.0  # SuperDirt's own, where a sample sounds as it was recorded
_NOTE_OCTAVE = 3  # what Strudel's note names mean without a number
_FAR = 120.0
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NAME = re.compile(r"([a-g])([#sbf]{0,2})(-?\d)?", re.ASCII)


def semitones(values: Values) -> float:
    """Transposition of an event, -120..120: by ``freq``, else ``midinote``, else ``note`` and
    ``octave``. ``n`` never transposes."""
    freq, midi = given(values, "freq"), given(values, "midinote")
    named = midi_note(str(values.get("note", "")))
    if freq is not None and freq > 0.0:
        height = 12.0 * math.log2(freq / _MIDDLE_C_HZ)
    elif midi is not None:
        height = midi - _MIDDLE_C
    elif named is not None:
        height = named - _MIDDLE_C
    else:
        octaves = amount(values, "octave", _OCTAVE) - _OCTAVE
        height = amount(values, "note", 0.0) + 12.0 * octaves
    return min(max(height, -_FAR), _FAR)


def midi_note(name: str) -> float | None:
    """The MIDI note of a name as Strudel writes it: ``e3`` is 52, ``c#4`` 61, ``bb`` 58."""
    match = _NAME.fullmatch(name.strip().lower())
    if match is None:
        return None
    letter, signs, octave = match.groups()
    shift = sum(1 if sign in "#s" else -1 for sign in signs)
    height = int(octave) if octave else _NOTE_OCTAVE
    return float(12 * (height + 1) + _STEPS[letter] + shift)
