"""What can happen to the instrument, whoever asks: MIDI, OSC, a file, a program."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """Strike ``pad`` (0-based) with ``velocity`` in (0, 1].

    ``params``: ``(row name, value)`` pairs for this hit only, of stage ``voice`` or ``trigger``.
    """

    pad: int
    velocity: float
    params: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Set:
    """Turn a parameter row: ``pad`` 0-based, or None for the master."""

    pad: int | None
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


Event = Hit | Set | Choke | Panic | Hush | LoadKit
