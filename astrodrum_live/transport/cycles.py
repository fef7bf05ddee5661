"""Cycles, as Tidal and SuperDirt count them: one to a bar."""

from astrodrum_live.params import orbit_param


def orbit_cps(tempo: float, beats_per_bar: float) -> float:
    """Cycles a second at a tempo in BPM, where a cycle is a bar; within the row's range."""
    return orbit_param("cps").clamp(tempo / 60.0 / beats_per_bar)
