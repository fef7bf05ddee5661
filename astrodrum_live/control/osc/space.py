"""The OSC addresses of one kit, all derived from the methods, the parameters and its pads."""

from dataclasses import dataclass
from typing import Any

from astrodrum_live.control.instrument import TRANSPORT_STATES
from astrodrum_live.control.osc.encode import encode
from astrodrum_live.control.osc.pattern import is_pattern, walk
from astrodrum_live.control.patch import Patch
from astrodrum_live.params import (
    MASTER_PARAMS,
    MAX_STEPS,
    ORBIT_PARAMS,
    ORBITS,
    PAD_PARAMS,
    SEQ_PARAMS,
    TRANSPORT_PARAMS,
    Param,
    master_param,
    nearest,
    transport_param,
)


@dataclass(frozen=True, slots=True)
class Method:
    """A thing OSC can ask for: its arguments as type tags, and what it does.

    ``low``, ``high``, ``default``: of its first number.
    """

    name: str
    tags: str
    text: str
    low: float = 0.0
    high: float = 0.0  # as low: no range
    default: float = 0.0


def _span(row: str) -> tuple[float, float, float]:
    """The range and the default of a row of ``SEQ_PARAMS``."""
    return next((one.low, one.high, one.default) for one in SEQ_PARAMS if one.name == row)


_TEMPO = transport_param("tempo")
METHODS: tuple[Method, ...] = (
    Method(
        "hit", "sf", "strike a pad (name or 0-based index): [velocity] [key value ...]", 0, 1, 1
    ),
    Method(
        "note",
        "if",
        "a drum note as MIDI would send it: note, velocity, [channel 1..16]",
        0,
        127,
        38,
    ),
    Method("p", "sf", "/p/<pad>/<param> value: turn a pad's parameter"),
    Method("master", "f", "/master/<param> value: turn a parameter of the mix"),
    Method("orbit", "f", "/orbit/<0..11>/<param> value: turn the effects that its hits share"),
    Method("choke", "s", "fade a pad (name or index), or all without an argument"),
    Method("panic", "", "silence within 5 ms and forget what is scheduled, at arrival"),
    Method("hush", "", "forget what is scheduled; what sounds rings on"),
    Method("heard", "", "the hits just heard, newest first: index, pad, seed, number, rows"),
    Method("freeze", "si", "[pad] [index]: play the hit just heard; or pad, seed, velocity", 0, 7),
    Method("thaw", "s", "a pad (name or index), or all, plays fresh hits again"),
    Method("keep", "si", "[pad] [index]: the hit just heard to a WAV in the user's folder", 0, 7),
    Method(
        "store", "s", "what pads are frozen to goes into the kit's file; of one that ships, a copy"
    ),
    Method("kit/morph", "f", "all pads that far to the kit of /morph/to; no number: tell", 0, 1, 0),
    Method("morph/to", "s", "the kit that /kit/morph leads to; without a name, tell which"),
    Method("home", "s", "a pad (name or index), or all, comes back from its drift"),
    Method("undo", "", "take the last turn, freeze or change of kit back"),
    Method("redo", "", "do again what was taken back last"),
    Method("undo/begin", "s", "[words]: what is done from here on is one step, for /undo"),
    Method("undo/end", "", "what is done from here on is no more of it; 5 s of nothing end it too"),
    Method("turn", "s", "pad, then key value pairs: rows turned as one step, for /undo"),
    Method("samples", "si", "[pad] [index]: the hit just heard, made again, as samples", 0, 7),
    Method("learn", "ss", "pad or master, [param]: bind the next knob or stroke; none: cancel"),
    Method("record", "i", "1 records the mix to a WAV in the user's folder, 0 ends it", 0, 1, 1),
    Method("save", "s", "write the kit as it plays as the user's own kit of this name"),
    Method("seq/get", "s", "all of the sequencer, or one pattern, then /seq/done count"),
    Method("seq/play", "i", "[1 or 0]: play from the pattern's beginning, or stop", 0, 1, 1),
    Method("seq/stop", "", "stop; what rings, rings on"),
    Method("seq/continue", "", "go on from where it stopped"),
    Method("seq/toggle", "", "play or stop, the other of the two"),
    Method("seq/tempo", "f", "beats a minute", *_span("tempo")),
    Method("seq/tap", "", "tap the tempo"),
    Method("seq/swing", "f", "of the pattern that plays", *_span("swing")),
    Method("seq/select", "ss", "pattern, [now]: play it from the next bar, or at once"),
    Method("seq/fill", "i", "1: steps of fills are heard", 0, 1, 0),
    Method("seq/mute", "si", "pad, 1 or 0: its steps are not heard", 0, 1, 0),
    Method("seq/solo", "si", "pad, 1 or 0: steps of no other are heard", 0, 1, 0),
    Method("seq/pattern", "ssf", "pattern, key value ...: tempo, swing, grid, beats, seed"),
    Method("seq/track", "sssf", "pattern, track, key value ...: length, text"),
    Method("seq/step", "ssisf", "pattern, track, step from 1, key value ...", 1, MAX_STEPS, 1),
    Method("seq/clear", "ss", "pattern, [track]: all rests"),
    Method("seq/new", "ss", "pattern, [copied]: a new pattern"),
    Method("seq/rename", "ss", "pattern, name"),
    Method("seq/delete", "ss", "pattern, [track]"),
    Method("seq/store", "s", "[pattern]: write it, or all, into the file it came from, or a copy"),
    Method("tempo", "f", "beats (quarter notes) a minute", _TEMPO.low, _TEMPO.high, _TEMPO.default),
    Method("tap", "", "tap the tempo: from the second tap on it is taken"),
    Method("transport", "f", "/transport/<param> value: how it deals with clocks, bars and orbits"),
    Method("transport/start", "", "play from beat 0"),
    Method("transport/stop", "", "stop, and stay there"),
    Method("transport/continue", "", "play from where it stands"),
    Method("transport/locate", "f", "go to a beat, from 0 on"),
    Method("kit", "s", "change to a kit of the patches folder; without a name, tell which plays"),
    Method("get", "s", "answer on that address (patterns too) with its value"),
    Method("sync", "", "every readable address once, then /sync/done count"),
    Method(
        "list",
        "s",
        "pads, kits, classes, knobs, params, master, orbits, transport or methods, one by one",
    ),
    Method(
        "help", "s", "type tags, unit, low, high, default and text; of a pattern's addresses too"
    ),
    Method("sub", "sif", "[pattern] [port] [seconds]: be told of changes below it; renew in time"),
    Method("unsub", "si", "[pattern] [port]: be told no more; without a pattern, of nothing"),
    Method("info", "", "name, version, rate, block, latency in ms, kit, voices"),
    Method("stats", "", "counters as key value pairs"),
    Method("ping", "", "/pong with the same arguments and the Unix time in seconds"),
)
_BRANCHES_ONLY = ("p", "master", "orbit", "transport")
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Target:
    """What stands at one address: a method, for one pad, row or orbit where it names them.

    ``state``: one of ``TRANSPORT_STATES``. ``alias``: it is told of under another address.
    """

    method: str
    pad: int | None = None
    row: Param | None = None
    orbit: int | None = None
    state: str = ""
    alias: bool = False

    @property
    def readable(self) -> bool:
        """Whether ``/get`` has an answer for it."""
        return self.row is not None or self.method == "kit" or self.state != ""


class AddressSpace:
    """Every address of ``patch``. Thread: one at a time."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.flat = _addresses(patch)
        self.strokes = _strokes(patch)  # datagrams without their velocity, and whose pad is struck
        self._tree = _tree(self.flat)
        self._unknown: dict[str, tuple[str, str]] = {}

    def resolve(self, address: str) -> list[tuple[str, Target]]:
        """The concrete addresses that an address or pattern stands for; none if it is unknown."""
        if not is_pattern(address):
            target = self.flat.get(address)
            return [(address, target)] if target else []
        return walk(self._tree, address)

    def readable(self) -> list[tuple[str, Target]]:
        """All that can be known, each under one address."""
        return [
            (address, target)
            for address, target in self.flat.items()
            if target.readable and not target.alias
        ]

    def unknown(self, address: str) -> tuple[str, str]:
        """Error code and words for an address that resolves to nothing."""
        if address not in self._unknown:  # finding the nearest takes a millisecond
            if len(self._unknown) >= _KEPT:
                self._unknown.clear()
            self._unknown[address] = self._error(address)
        return self._unknown[address]

    def _error(self, address: str) -> tuple[str, str]:
        if is_pattern(address):
            return "unknown_address", f"nothing here matches {address}"
        if branch := self._below(address):
            return "unknown_address", f"{address} is where others begin: {branch}"
        parts = address.strip("/").split("/")
        if parts[0] in ("hit", "p") and len(parts) > 1 and parts[1] not in self.patch.pad_names():
            return "unknown_voice", self.no_pad(parts[1])
        if len(parts) == 3 and parts[0] == "p":
            return "unsupported_param", _no_row(parts[2], PAD_PARAMS)
        if len(parts) == 2 and parts[0] == "master":
            return "unsupported_param", _no_row(parts[1], MASTER_PARAMS)
        if len(parts) == 2 and parts[0] == "transport":
            return "unsupported_param", _no_row(parts[1], TRANSPORT_PARAMS)
        if len(parts) == 3 and parts[0] == "orbit":
            known = parts[1] in map(str, range(ORBITS))
            words = f"no orbit '{parts[1]}'; there are 0 to {ORBITS - 1}"
            return "unsupported_param", _no_row(parts[2], ORBIT_PARAMS) if known else words
        names = [f"/{method.name}" for method in METHODS]
        like = address if parts[0] == "seq" else "/" + parts[0]
        return "unknown_address", f"no address {address}{nearest(like, names)}"

    def _below(self, address: str) -> str:
        """The pattern of all that lies below an address, or an empty string."""
        root = address.rstrip("/")
        below = next((known for known in self.flat if known.startswith(root + "/")), root)
        return root + "/*" * below.count("/", len(root)) if below != root else ""

    def no_pad(self, name: str) -> str:
        """The words for a pad that is not there."""
        names = self.patch.pad_names()
        return f"no pad '{name}'{nearest(name, names) or '; there are: ' + ', '.join(names)}"


def _addresses(patch: Patch) -> dict[str, Target]:
    flat = {
        f"/{method.name}": Target(method.name)
        for method in METHODS
        if method.name not in _BRANCHES_ONLY
    }
    for index, pad in enumerate(patch.pads):
        flat[f"/hit/{pad.name}"] = Target("hit", index)
        flat[f"/pad/{pad.name}/home"] = Target("home", index)
        for row in PAD_PARAMS:
            flat[f"/p/{pad.name}/{row.name}"] = Target("p", index, row)
    for row in SEQ_PARAMS:
        flat[f"/seq/{row.name}"] = Target(f"seq/{row.name}", None, row)
    for row in MASTER_PARAMS:
        flat[f"/master/{row.name}"] = Target("master", None, row)
    flat["/kit/morph"] = Target("kit/morph", None, master_param("kit_morph"), alias=True)
    for row in TRANSPORT_PARAMS:
        place = "/tempo" if row is _TEMPO else f"/transport/{row.name}"
        flat[place] = Target("tempo" if row is _TEMPO else "transport", None, row)
    flat["/transport/tempo"] = Target("tempo", None, _TEMPO, alias=True)
    for state in TRANSPORT_STATES:
        flat[f"/transport/{state}"] = Target("transport", state=state)
    for orbit in range(ORBITS):
        for row in ORBIT_PARAMS:
            flat[f"/orbit/{orbit}/{row.name}"] = Target("orbit", None, row, orbit)
    return flat


def _strokes(patch: Patch) -> dict[bytes, int]:
    """``/hit/NAME f``, ``/hit NAME f`` and ``/hit INDEX f``: all but the last argument."""
    strokes: dict[bytes, int] = {}
    for index, pad in enumerate(patch.pads):
        for address, args in ((f"/hit/{pad.name}", ()), ("/hit", (pad.name,)), ("/hit", (index,))):
            strokes[encode(address, [*args, 1.0])[:-4]] = index
    return strokes


def _tree(flat: dict[str, Target]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for address, target in flat.items():
        branch = tree
        for part in address[1:].split("/"):
            branch = branch.setdefault(part, {})
        branch[""] = target
    return tree


def _no_row(name: str, rows: tuple[Param, ...]) -> str:
    names = [row.name for row in rows]
    return f"no parameter '{name}'{nearest(name, names) or '; there are: ' + ', '.join(names)}"
