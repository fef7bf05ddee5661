"""How loud an event is, and which layer of velocity it therefore gets its hit from."""

from astrodrum_live.control.superdirt.reading import Values, amount
from astrodrum_live.params import pad_param

LAWS = ("dirt", "linear")
_AMP = 0.4  # SuperDirt's, so that an event without any gain plays at -8 dB
_LOUDEST = 64.0
_MOST = 16.0
_SOFTEST = 1.0 / 127.0
_CURVE = pad_param("curve").default


def amplitude(values: Values, law: str) -> float:
    """Linear amplitude 0..64 of an event.

    ``dirt``: amp * (min(gain, 2) + overgain) ** 4, and 0 where SuperDirt would take a negative gain
    for a positive one. ``linear``: amp * (gain + overgain) * velocity, as in the browser with
    Strudel. The two agree at gain 1.
    """
    gain, more = amount(values, "gain", 1.0), amount(values, "overgain", 0.0)
    if law == "linear":
        stroke = min(max(amount(values, "velocity", 1.0), 0.0), 1.0)
        level = min(max(gain + more, 0.0), _MOST) * stroke
    else:
        level = min(max(min(gain, 2.0) + more, 0.0), _MOST) ** 4
    return min(max(amount(values, "amp", _AMP), 0.0) * level, _LOUDEST)


def velocity(values: Values, loud: float) -> float:
    """The stroke in (0, 1]: as given, else the one that the default curve makes ``loud``."""
    given = amount(values, "velocity", loud ** (1.0 / _CURVE))
    return min(max(given, _SOFTEST), 1.0)
