"""One event's values as the hit they ask for."""

from astrodrum_live.control.events import Hit
from astrodrum_live.control.superdirt.keys import KEYS_BY_NAME, ROW
from astrodrum_live.control.superdirt.length import length_rows, loops
from astrodrum_live.control.superdirt.loudness import amplitude, velocity
from astrodrum_live.control.superdirt.pitch import semitones
from astrodrum_live.control.superdirt.reading import Values, amount, given
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.units import semitones_to_ratio

_ORBIT = KEYS_BY_NAME["orbit"]


def hit_of(pad: int, values: Values, number: int | None, law: str, pad_pitch: float) -> Hit | None:
    """The hit of an event on ``pad``; None for one that makes no sound and cuts none.

    ``law``: a row of ``loudness.LAWS``. ``pad_pitch``: the pad's own, in semitones, from which a
    note transposes.
    """
    loud = amplitude(values, law)
    lengths = length_rows(values)
    if lengths is None or (loud == 0.0 and not values.get("cut")):
        return None
    rows = {**_own_rows(values), **_played(values), **_pitched(values, pad_pitch), **lengths}
    params = tuple((name, PAD_PARAMS[PAD_INDEX[name]].clamp(value)) for name, value in rows.items())
    return Hit(pad, velocity(values, loud), params, number, loud)


def orbit_of(values: Values, pads_own: float) -> int:
    """The orbit 0..11 an event plays on: its own, else its pad's."""
    orbit = given(values, "orbit")
    return int(pads_own if orbit is None else _ORBIT.convert(orbit))


def _own_rows(values: Values) -> dict[str, float]:
    rows = {}
    for name in values:
        key, value = KEYS_BY_NAME[name], given(values, name)
        if key.fate == ROW and value is not None:
            rows[key.row or key.name] = key.convert(value)
    return rows


def _played(values: Values) -> dict[str, float]:
    """Speed, begin, end, loop and unit. ``begin`` after ``end`` is the part between them too."""
    rows = {
        name: value
        for name in ("speed", "begin", "end")
        if (value := given(values, name)) is not None
    }
    begin, end = rows.get("begin", 0.0), rows.get("end", 1.0)
    if begin > end:
        rows["begin"], rows["end"] = end, begin
    if (times := loops(values)) != 1.0:
        rows["loop"] = times
    if str(values.get("unit", "r"))[:1] == "c":
        rows["fit"] = amount(values, "cps", 1.0)
    return rows


def _pitched(values: Values, pad_pitch: float) -> dict[str, float]:
    """The pitch row, and as speed what goes beyond its range."""
    height = semitones(values)
    if height == 0.0:
        return {}
    row = PAD_PARAMS[PAD_INDEX["pitch"]]
    wanted = height + amount(values, "pitch", pad_pitch)
    pitch = row.clamp(wanted)
    if pitch == wanted:
        return {"pitch": pitch}
    return {
        "pitch": pitch,
        "speed": amount(values, "speed", 1.0) * semitones_to_ratio(wanted - pitch),
    }
