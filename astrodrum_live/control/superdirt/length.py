"""How long an event sounds: sustain, legato, units and envelopes as rows of its hit."""

from astrodrum_live.control.superdirt.reading import Values, amount, given

_FADE_S = 0.001  # SuperDirt's fadeTime, which lies within the sustain ...
_FADE_SHARE = 0.19098  # ... and is at most this part of it
_SHORTEST_S = 8.0 / 44100.0  # SuperDirt drops what is shorter
_FOR_EVER_S = 3600.0


def length_rows(values: Values) -> dict[str, float] | None:
    """The rows ``attack``, ``hold`` and ``release`` in ms that an event asks for, if any.

    An envelope is one with ``attack`` or ``release``: without ``release`` it holds on, without
    ``hold`` it does not hold. What ``sustain``, ``legato`` or ``unit "s"`` cut off ends in a fade
    of 1 ms. None: too short to play.
    """
    limit = _limit_s(values)
    if limit is not None and limit < _SHORTEST_S:
        return None
    attack, release = _seconds(values, "attack"), _seconds(values, "release")
    if attack is None and release is None:
        if limit is None:
            return {}
        fade = min(_FADE_S, _FADE_SHARE * limit)
        return {"hold": 1e3 * (limit - fade), "release": 1e3 * fade}
    end = _FOR_EVER_S if limit is None else limit
    rows = {} if attack is None else {"attack": 1e3 * min(attack, end)}
    left = max(end - (attack or 0.0), 0.0)
    hold = left if release is None else min(_seconds(values, "hold") or 0.0, left)
    rows["hold"] = 1e3 * hold
    rows["release"] = 1e3 * min(_FADE_S if release is None else release, max(left - hold, _FADE_S))
    return rows


def loops(values: Values) -> float:
    """How often the part between begin and end is played: once, where a length is given."""
    fixed = "sustain" in values or "legato" in values
    return 1.0 if fixed else abs(amount(values, "loop", 1.0))


def _limit_s(values: Values) -> float | None:
    """Where the event is cut off, in seconds; None: it rings out."""
    limit = _seconds(values, "sustain")
    if limit is None and "legato" in values:
        limit = max(amount(values, "legato", 1.0) * amount(values, "delta", 1.0), 0.0)
    if limit is not None:
        limit = min(limit, _FOR_EVER_S)
    if str(values.get("unit", "r"))[:1] == "s":
        own = abs(amount(values, "end", 1.0) - amount(values, "begin", 0.0)) * loops(values)
        return own if limit is None else min(own, limit)
    return limit


def _seconds(values: Values, key: str) -> float | None:
    seconds = given(values, key)
    return None if seconds is None else max(seconds, 0.0)
