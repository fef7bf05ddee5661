"""A patch's ``[transport]`` table, what it makes of the orbits, and the ports of clocks."""

from collections.abc import Mapping

from astrodrum_live.control.patch_section import PatchSource, Section, show
from astrodrum_live.params import TRANSPORT_PARAMS
from astrodrum_live.transport.cycles import orbit_cps


def transport_values(source: PatchSource) -> dict[str, float]:
    """The rows that the patch speaks of, by name. Errors: ``PatchError``."""
    known = [row.key for row in TRANSPORT_PARAMS]
    section = Section(source, ("transport",), source.data.get("transport", {}), known)
    return {row.name: section.row(row) for row in TRANSPORT_PARAMS if row.key in section.table}


def kit_cps(transport: Mapping[str, float]) -> float | None:
    """The cycles a second of orbits that say nothing of it; None: as ever."""
    rows = {row.name: transport.get(row.name, row.default) for row in TRANSPORT_PARAMS}
    if "tempo" not in transport or not rows["orbits"]:
        return None
    return orbit_cps(rows["tempo"], rows["beats_per_bar"])


def clock_outputs(midi: Section) -> tuple[str, ...]:
    """``clock_out``: one port or a list of them, by a part of their names."""
    given = midi.table.get("clock_out", [])
    ports = [given] if isinstance(given, str) else given
    if not isinstance(ports, list) or any(not isinstance(one, str) or not one for one in ports):
        text = f'clock_out is {show(given)}; it names ports, as in clock_out = ["TR-8"]'
        raise midi.error("clock_out", text)
    return tuple(str(one) for one in ports)
