"""What can happen to the instrument, whoever asks: MIDI, OSC, a file, a program."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """Strike ``pad`` (0-based) with ``velocity`` in (0, 1].

    ``params``: ``(row name, value)`` pairs for this hit only, of stage ``voice``, ``trigger`` or
    ``hit``; with one of stage ``hit``, the hit is made to order. ``number``: that hit of the pad's
    endless folder, the same one always; None: a fresh one. ``amplitude``: linear, in the place of
    what the velocity's curve would give.
    """

    pad: int
    velocity: float
    params: tuple[tuple[str, float], ...] = ()
    number: int | None = None
    amplitude: float | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """Turn a parameter row: ``pad`` 0-based, or None for the master."""

    pad: int | None
    param: str
    value: float


@dataclass(frozen=True, slots=True)
class SetOrbit:
    """Turn a row of the effects that an orbit's hits share: ``orbit`` 0..11."""

    orbit: int
    param: str
    value: float


@dataclass(frozen=True, slots=True)
class Choke:
    """Fade what sounds on ``pad`` (None: on all pads) over the pad's choke fade."""

    pad: int | None


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence within 5 ms, and forget everything that is scheduled."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Forget everything that is scheduled; what sounds rings on."""


@dataclass(frozen=True, slots=True)
class LoadKit:
    """Change to the kit of this name or path; the playing one stays if it cannot be loaded."""

    name: str


Event = Hit | Set | SetOrbit | Choke | Panic | Hush | LoadKit
