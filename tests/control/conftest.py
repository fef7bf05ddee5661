"""A fake instrument behind the control side's door, and a clock that moves only when told."""

import math
from pathlib import Path

import pytest

from astrodrum_live.control.events import Event, HeardHit, SetOrbit, SetTransport
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.params import transport_param
from astrodrum_live.sequencer.now import SequencerNow, silent

REPO = Path(__file__).resolve().parents[2]


class FakeInstrument:
    """Remembers what is posted; a ``Set`` is seen at once by ``value``."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.posted: list[tuple[Event, int, int | None]] = []
        self._turned: dict[tuple[int | None, str], float] = {}
        self._orbits: dict[tuple[int, str], float] = {}
        self.sequencer = silent(patch.pad_names())
        self._transport: dict[str, float] = {}

    @property
    def events(self) -> list[Event]:
        return [event for event, _, _ in self.posted]

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        if isinstance(event, Turn):
            self._turned[event.pad, event.param] = event.value
        if isinstance(event, SetOrbit):
            self._orbits[event.orbit, event.param] = event.value
        if isinstance(event, SetTransport):
            self._transport[event.param] = event.value
        self.posted.append((event, arrival_ns, due_ns))

    def value(self, pad: int | None, param: str) -> float:
        kit = self.patch.master if pad is None else self.patch.pads[pad].values
        return self._turned.get((pad, param), kit[param])

    def orbit_value(self, orbit: int, param: str) -> float:
        return self._orbits.get((orbit, param), self.patch.orbits[orbit][param])

    def transport_value(self, param: str) -> float:
        return self._transport.get(param, transport_param(param).default)

    def transport_state(self, what: str) -> str | int:
        return "" if what == "clock" else 0

    def classes(self) -> tuple[str, ...]:
        return ("kick", "snare", "cymbal")

    def knobs(self, pad: int) -> dict[str, tuple[bool, float]]:
        return {"brightness": (True, 0.97), "tuning": (False, math.nan)} if pad == 0 else {}

    def heard(self) -> list[HeardHit]:
        return []

    @property
    def feeds(self):
        return {}

    def again(self, pad, index):
        return None

    def sequence(self) -> SequencerNow:
        return self.sequencer

    def info(self) -> dict[str, str | int | float]:
        sizes = {"rate": 48000, "block": 128, "latency_ms": 5.5, "voices": 96}
        return {
            "name": "AstroDrum",
            "version": "0",
            "kit": self.patch.kit,
            "device": "null",
            **sizes,
        }

    def stats(self) -> dict[str, int | float]:
        return {"played": len(self.posted), "late": 0, "cpu": 0.5}


class Clock:
    """Nanoseconds that stand still."""

    def __init__(self, now_ns: int = 10**12) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def default_kit() -> Patch:
    return load_patch(find_patch("default"))


@pytest.fixture
def instrument(default_kit: Patch) -> FakeInstrument:
    return FakeInstrument(default_kit)


@pytest.fixture
def new_kit(tmp_path: Path):
    """Writes TOML below a valid heading and returns its path; lines count from 1 at the heading."""

    def write(body: str, name: str = "kit.toml") -> Path:
        path = tmp_path / name
        path.write_text(f'format = "astrodrum-kit"\nversion = 1\n{body}')
        return path

    return write
