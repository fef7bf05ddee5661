"""A patch: one kit of up to ``MAX_PADS`` pads, as plain values that any process can take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from astrodrum_live.params import ORBIT_PARAMS, ORBITS, nearest
from astrodrum_live.sequencer.pattern import Pattern

NOTE_OFF_MODES = ("ignore", "gate")
EVERY_PAD = "*"
TRANSPORT = "transport"  # as whose rows controllers turn it, unless a pad is called so


class PatchError(ValueError):
    """A patch that cannot be played. ``str()`` is one line: ``file:line: what, and the remedy``."""

    def __init__(self, path: Path | str, line: int | None, text: str, key: str = "") -> None:
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {text}")
        self.path, self.line, self.key, self.text = Path(path), line, key, text

    def __reduce__(self) -> tuple[type, tuple[Path, int | None, str, str]]:
        return type(self), (self.path, self.line, self.text, self.key)


@dataclass(frozen=True, slots=True)
class Binding:
    """What a MIDI controller turns: ``param`` of a pad, of all (``*``), of the mix (None), of an
    orbit (``orbit3``), or of the sequencer (``seq``; see ``sequencer_targets``).

    ``start``, ``end``: the row's values, in its unit and in either order, at the two controller
    values ``over``, low < high within 0..127; along the row's warp between them.
    """

    pad: str | None
    param: str
    start: float
    end: float
    over: tuple[int, int] = (0, 127)


@dataclass(frozen=True, slots=True)
class MidiSettings:
    """How a kit listens to MIDI.

    ``channel``: 1..16, or None for any. ``map``: a row of ``drum_map.MAPS``.
    ``note_off``: ``ignore`` (an e-kit's note-off says nothing), or ``gate``: it chokes the pad.
    ``choke_at``: polyphonic aftertouch 1..127 from which a grabbed cymbal is choked; 0 is off.
    ``hihat_cc``, ``hihat_open_below``: for pedals whose module does not say open or closed by the
    note: below this controller value a closed hat plays open. ``hihat_cc`` 0 is off, and right for
    Roland modules, which have already split the notes.
    ``hihat_choke_at``: a pedal (``hihat_cc``, or 4) that rises to this value chokes the open hat;
    0 is off, and right for modules that send a note when the pedal closes.
    ``bindings``: controller number -> what it turns.
    ``devices``: a part of a port's name -> ``choke_at`` for what comes from there.
    ``kits``: the set list that program changes 0, 1, 2 ... ask for; empty: no list of its own.
    ``notes``: those that play no pad -> what of the sequencer they do.
    ``clock``: a part of the name of the port whose MIDI clock is followed; empty: any port's.
    ``clock_out``: parts of the names of the ports that get ours.
    ``freeze_note``, ``freeze_cc`` (0: none): freeze the pad that was just heard, or thaw it again.
    ``home_note``, ``home_cc`` (0: none): bring every pad back from its drift.
    """

    channel: int | None
    map: str
    note_off: str
    choke_at: int
    hihat_cc: int
    hihat_open_below: int
    bindings: Mapping[int, tuple[Binding, ...]]
    hihat_choke_at: int = 0
    devices: Mapping[str, int] = field(default_factory=dict)
    kits: tuple[str, ...] = ()
    freeze_note: int | None = None
    freeze_cc: int = 0
    notes: Mapping[int, str] = field(default_factory=dict)
    clock: str = ""
    clock_out: tuple[str, ...] = ()
    home_note: int | None = None
    home_cc: int = 0

    def choke_threshold(self, port: str) -> int:
        """``choke_at`` for the port of this name, whatever the case."""
        for part, threshold in self.devices.items():
            if part.lower() in port.lower():
                return threshold
        return self.choke_at


@dataclass(frozen=True, slots=True)
class PadLatent:
    """Where a pad stands, told by number instead of by seed, as ``astrodrum encode`` finds it.

    ``model``: the hash of the model whose latents these are, 12 hex digits. ``z``: one finite
    float per latent dimension.
    """

    model: str
    z: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FrozenHit:
    """The one hit that a pad plays. ``model``: the hash of the model that made it, 12 hex digits.
    ``made_for``: the velocity it was made for. ``values``: rows of stage ``hit`` that were other
    than the pad's, by row name."""

    model: str
    seed: int
    made_for: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PadPatch:
    """One pad.

    ``classes``: what the model is asked for, class name -> weight > 0; the weights add up to 1.
    ``notes``: MIDI notes 0..127 that play this pad whatever the map says; pads that share a note
    sound together, on purpose.
    ``values``: one float for every row of ``PAD_PARAMS``, by row name, in the row's unit.
    ``class_rows``: rows that the patch gives as the name of a class, by row name: what number that
    is, the model knows (``Patch.for_classes``).
    ``choke_group``: a hit silences the other pads of its group. ``chokes``: one-way, pad names.
    ``latent``: the pad's centre; None: its seed names one. ``frozen``: None: every hit is fresh.
    ``note_off``: as the kit's, for this pad; None: the kit's.
    """

    name: str
    classes: Mapping[str, float]
    notes: tuple[int, ...]
    values: Mapping[str, float]
    choke_group: str | None
    chokes: tuple[str, ...]
    aftertouch_choke: bool
    latent: PadLatent | None = None
    class_rows: Mapping[str, str] = field(default_factory=dict)
    note_off: str | None = None
    frozen: FrozenHit | None = None

    @property
    def main_class(self) -> str:
        """The heaviest class of the mix; the first one, of equals."""
        return max(self.classes, key=lambda name: self.classes[name])


def quiet_orbits() -> tuple[Mapping[str, float], ...]:
    """Every orbit as it is when a patch says nothing of it: no echo, no room."""
    return tuple({row.name: row.default for row in ORBIT_PARAMS} for _ in range(ORBITS))


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole kit.

    ``seed``: with the model, fixes every hit. ``model``: a folder of ``models/`` or a path, None
    for the shipped one. ``voices`` and ``timing`` are read when the engine starts (see
    ``EngineConfig``). ``master``: one float for every row of ``MASTER_PARAMS``. ``orbits``: for
    each orbit, one for every row of ``ORBIT_PARAMS``. ``transport``: the rows of
    ``TRANSPORT_PARAMS`` that the kit speaks of; of the others it wants nothing. ``patterns``: of
    the sequencer, on its pads. ``path``: its file. ``morph_to``: the kit that the row
    ``kit_morph`` leads to, by name or path.
    """

    name: str
    author: str
    license: str
    seed: int
    model: str | None
    voices: int
    timing: str
    master: Mapping[str, float]
    midi: MidiSettings
    pads: tuple[PadPatch, ...]
    path: Path | None = None
    orbits: tuple[Mapping[str, float], ...] = field(default_factory=quiet_orbits)
    patterns: tuple[Pattern, ...] = ()
    transport: Mapping[str, float] = field(default_factory=dict)
    morph_to: str | None = None

    @property
    def kit(self) -> str:
        """The name the kit is asked for by: its file's stem, or its title if it has no file."""
        return self.path.stem if self.path else self.name

    def pad_names(self) -> list[str]:
        """The names of the pads, in order; a pad's index is its place here."""
        return [pad.name for pad in self.pads]

    def pad_index(self, name: str) -> int:
        """The 0-based index of a pad. Errors: ``KeyError`` whose message names the nearest pad."""
        names = self.pad_names()
        if name not in names:
            raise KeyError(f"no pad '{name}' in kit '{self.kit}'{nearest(name, names)}")
        return names.index(name)

    def for_classes(self, classes: Sequence[str]) -> "Patch":
        """This patch with the names of ``class_rows`` as numbers of a model's ``classes``.

        Errors: ``KeyError`` for a class that is not there, naming the nearest.
        """
        pads = [
            replace(
                pad,
                values={
                    **pad.values,
                    **{row: float(class_index(name, classes)) for row, name in named.items()},
                },
                class_rows={},
            )
            if (named := pad.class_rows)
            else pad
            for pad in self.pads
        ]
        return replace(self, pads=tuple(pads))


def class_index(name: str, classes: Sequence[str]) -> int:
    """The number of a class. Errors: ``KeyError`` whose message names the nearest one."""
    if name not in classes:
        hint = nearest(name, list(classes))
        raise KeyError(f"the model has no class '{name}'{hint}; it has {', '.join(classes)}")
    return list(classes).index(name)


def choke_masks(patch: Patch) -> tuple[int, ...]:
    """For each pad, the bit mask of the pads that a hit on it silences (bit n is pad n).

    The other members of its group, and its one-way targets. Never itself: a roll on one hat rings
    through, as it does on a real one.
    """
    masks = []
    for index, pad in enumerate(patch.pads):
        mask = 0
        for other, candidate in enumerate(patch.pads):
            grouped = pad.choke_group is not None and candidate.choke_group == pad.choke_group
            if other != index and (grouped or candidate.name in pad.chokes):
                mask |= 1 << other
        masks.append(mask)
    return tuple(masks)
