"""An instrument that makes no sound: a kit to hold what arrives against, and nothing behind it."""

from astrodrum_live.control.events import Event, HeardHit, Set, SetOrbit, SetTransport, Turn
from astrodrum_live.control.feed import Feeds
from astrodrum_live.control.patch import Patch
from astrodrum_live.params import transport_param
from astrodrum_live.sequencer.now import SequencerNow, silent


class SilentInstrument:
    """Implements ``control.instrument.Instrument``. Thread: any."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self._turned: dict[tuple[int | None, str], float] = {}
        self._orbits: dict[tuple[int, str], float] = {}
        self._transport: dict[str, float] = {}

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        """What is turned is remembered; the rest is forgotten."""
        if isinstance(event, Set):
            self._turned[event.pad, event.param] = event.value
        elif isinstance(event, Turn):
            self._turned.update({(event.pad, name): value for name, value in event.values})
        elif isinstance(event, SetOrbit):
            self._orbits[event.orbit, event.param] = event.value
        elif isinstance(event, SetTransport):
            self._transport[event.param] = event.value

    def value(self, pad: int | None, param: str) -> float:
        """As turned, or the kit's."""
        kit = self.patch.master if pad is None else self.patch.pads[pad].values
        return self._turned.get((pad, param), kit[param])

    def orbit_value(self, orbit: int, param: str) -> float:
        """As turned, or the kit's."""
        return self._orbits.get((orbit, param), self.patch.orbits[orbit][param])

    def transport_value(self, param: str) -> float:
        """As turned, or the default."""
        return self._transport.get(param, transport_param(param).default)

    def transport_state(self, what: str) -> str | int:
        """It stands."""
        return "" if what == "clock" else 0

    def classes(self) -> tuple[str, ...]:
        """None: no model is loaded."""
        return ()

    def knobs(self, pad: int) -> dict[str, tuple[bool, float]]:
        """None: no model is loaded."""
        return {}

    def heard(self) -> list[HeardHit]:
        """None: nothing sounds."""
        return []

    @property
    def feeds(self) -> Feeds:
        """None."""
        return {}

    def again(self, pad: int | None, index: int) -> None:
        """Nothing was heard."""

    def sequence(self) -> SequencerNow:
        """Nothing plays."""
        return silent(self.patch.pad_names())

    def info(self) -> dict[str, str | int | float]:
        """What it is."""
        sizes = {"rate": 48000, "block": 128, "latency_ms": 0.0, "voices": 0}
        names = {"name": "AstroDrum monitor", "version": "", "kit": self.patch.kit}
        return {**names, "device": "none", **sizes}

    def stats(self) -> dict[str, int | float]:
        """Nothing is counted."""
        return {}
