"""What can happen to the instrument, whoever asks: MIDI, OSC, a file, a program."""

from dataclasses import dataclass
from typing import NamedTuple

from astrodrum_live.sequencer.edits import Edit


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
class Turn:
    """Turn several rows of a pad at once: to take back, it is one step."""

    pad: int
    values: tuple[tuple[str, float], ...]


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


@dataclass(frozen=True, slots=True)
class Freeze:
    """From here on ``pad`` plays the hit just heard of it: the last (``index`` 0), or one of those
    before, as ``Instrument.heard`` lists them. ``pad`` None: whichever pad's hit that was.
    ``toggle``: a pad that is frozen is thawed instead."""

    pad: int | None = None
    index: int = 0
    toggle: bool = False


@dataclass(frozen=True, slots=True)
class FreezeTo:
    """From here on ``pad`` plays the hit of this seed, made for that velocity from the pad's values
    as they are now: what a shared beat tells of a hit that somebody else heard."""

    pad: int
    seed: int
    made_for: float


@dataclass(frozen=True, slots=True)
class Thaw:
    """``pad`` (None: every pad) plays fresh hits again."""

    pad: int | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Write the hit just heard, as ``Freeze`` names it, to a WAV file in the user's folder."""

    pad: int | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class Store:
    """Write what ``pad`` (None: every pad) is frozen to, or that it is not, into the kit's file."""

    pad: int | None = None


@dataclass(frozen=True, slots=True)
class MorphTo:
    """From here on the fader ``kit_morph`` leads to the kit of this name or path."""

    name: str


@dataclass(frozen=True, slots=True)
class Home:
    """``pad`` (None: every pad) comes back from its drift, and sets out again with the next
    excursion."""

    pad: int | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last turn, freeze or change of kit back."""


@dataclass(frozen=True, slots=True)
class Together:
    """What is turned, frozen and edited from here on is one step to take back, called ``words``;
    empty: no more of it is."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Redo:
    """Do again what was taken back last."""


@dataclass(frozen=True, slots=True)
class KitBack:
    """The instrument's own: a kit that was asked for, or that undo or redo brings back, plays, or
    never will."""


@dataclass(frozen=True, slots=True)
class Save:
    """Write the kit as it plays, all that was turned and frozen, as the user's kit ``name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """Begin to record the mix to a WAV file in the user's folder, or end it."""

    on: bool


@dataclass(frozen=True, slots=True)
class Learn:
    """Bind the knob that is turned next to ``param`` of ``pad`` (None: of the mix), or with an
    empty ``param`` the pad that is struck next to ``pad``. ``cancel``: wait no more."""

    pad: int | None = None
    param: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """Play the pattern of this name from the next bar, or ``now``; ``tempo``: at this one, BPM, and
    not at its own."""

    pattern: str
    now: bool = False
    tempo: float | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """Steps that are for fills only are heard, or not; None: the other of the two."""

    on: bool | None


@dataclass(frozen=True, slots=True)
class Mute:
    """A pad's steps are heard, or not; ``solo``: those of no other. ``on`` None: the other."""

    pad: str
    on: bool | None
    solo: bool = False


@dataclass(frozen=True, slots=True)
class SetSwing:
    """Of the pattern that plays."""

    swing: float


@dataclass(slots=True, eq=False)
class EditPattern:
    """``obeyed``: whether it has been seen to, for who waits for it."""

    edit: Edit
    obeyed: bool = False


@dataclass(frozen=True, slots=True)
class StorePatterns:
    """Write the pattern of this name, or (None) all, into the file it came from."""

    pattern: str | None = None


Sequencing = Select | Fill | Mute | SetSwing | EditPattern | StorePatterns
"""What the sequencer obeys."""


@dataclass(frozen=True, slots=True)
class SetTransport:
    """Turn a row of the transport: its tempo, and how it deals with other clocks."""

    param: str
    value: float


@dataclass(frozen=True, slots=True)
class MoveTransport:
    """``how``: ``start`` from beat 0, ``stop``, ``continue``, ``locate`` to ``beat``, or ``tap``
    one beat of a tempo; ``toggle``: stop what plays, continue what does not."""

    how: str
    beat: float = 0.0


class HeardHit(NamedTuple):
    """A hit that sounded, as it is listed. ``number``: of its pad's endless folder, -1 for a fresh
    one. ``turned``: the rows of stage ``hit`` off their defaults that it was made from."""

    pad: int
    seed: int
    number: int
    made_for: float
    velocity: float
    turned: tuple[tuple[str, float], ...]


Event = (
    Hit
    | Set
    | Turn
    | SetOrbit
    | Choke
    | Panic
    | Hush
    | LoadKit
    | Freeze
    | FreezeTo
    | Thaw
    | Keep
    | Store
    | MorphTo
    | Home
    | Undo
    | Redo
    | KitBack
    | Together
    | Save
    | Record
    | Learn
    | Sequencing
    | SetTransport
    | MoveTransport
)
