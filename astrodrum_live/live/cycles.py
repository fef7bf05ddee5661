"""The orbits' cycles go with the tempo, until somebody turns them."""

from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_transport import kit_cps
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import ORBITS, orbit_param
from astrodrum_live.transport.cycles import orbit_cps
from astrodrum_live.transport.transport import Transport


class Cycles:
    """Turns ``cps`` of the orbits of ``engine`` so that a cycle is a bar of ``transport``.

    Only once somebody has said what the tempo is, and of an orbit only while its ``cps`` is what it
    was left at here, or the default: who has turned it, be it the kit, OSC or Tidal, keeps it.
    Thread: one at a time.
    """

    def __init__(self, engine: Engine, transport: Transport) -> None:
        self._engine, self._transport = engine, transport
        self._left = [orbit_param("cps").default] * ORBITS
        self._told: float | None = None

    def load(self, patch: Patch) -> None:
        """Another kit: where its orbits are as ever, they are ours again."""
        self._left = [kit_cps(patch.transport) or orbit_param("cps").default] * ORBITS
        self._told = None

    def turn(self, wanted: bool) -> None:
        """Let them go with the tempo of now."""
        timeline = self._transport.snapshot()
        if not wanted or not timeline.known:
            return
        cps = orbit_cps(timeline.tempo, timeline.beats_per_bar)
        if cps == self._told:
            return
        self._told = cps
        for orbit, left in enumerate(self._left):
            if left != cps and self._engine.orbit_value(orbit, "cps") == left:
                self._engine.post_orbit(orbit, "cps", cps)
                self._left[orbit] = cps
