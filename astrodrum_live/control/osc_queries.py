"""What OSC can ask about the instrument. Every answer is derived from the tables and the door."""

from collections.abc import Callable, Mapping

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc_reply import OscReply
from astrodrum_live.control.osc_space import METHODS, AddressSpace, Target
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS, Param

LISTS = ("pads", "kits", "params", "master", "methods")


def value_reply(instrument: Instrument, address: str, target: Target) -> OscReply:
    """A readable address with its value, so that a control surface follows it. Whole rows are ``i``."""
    if target.row is None:
        return OscReply(address, [instrument.patch.kit])
    value = instrument.value(target.pad, target.row.name)
    return OscReply(address, [int(value) if target.row.integer else float(value)])


def sync(instrument: Instrument, space: AddressSpace) -> list[OscReply]:
    """Every readable address once, and how many they were."""
    values = [value_reply(instrument, address, target) for address, target in space.readable()]
    return [*values, OscReply("/sync/done", [len(values)])]


def listing(what: str, space: AddressSpace, kits: Callable[[], list[str]]) -> list[OscReply] | None:
    """``/list/<what> index name ...`` per item, then ``/list/done``; None for a list there is not."""
    tables: Mapping[str, Callable[[], list[list[object]]]] = {
        "pads": lambda: [[pad.name, pad.main_class] for pad in space.patch.pads],
        "kits": lambda: [[name] for name in kits()],
        "params": lambda: [_row(row) for row in PAD_PARAMS],
        "master": lambda: [_row(row) for row in MASTER_PARAMS],
        "methods": lambda: [[f"/{method.name}", method.text] for method in METHODS],
    }
    table = tables.get("pads" if what == "voices" else what)
    if table is None:
        return None
    items = [OscReply(f"/list/{what}", [index, *item]) for index, item in enumerate(table())]
    return [*items, OscReply("/list/done", [what, len(items)])]


def help_reply(address: str, target: Target) -> OscReply:
    """``/help address typetags unit low high default text``; a method's numbers are 0."""
    if row := target.row:
        tags = "i" if row.integer else "f"
        return OscReply("/help", [address, tags, row.unit, row.low, row.high, row.default, row.text])
    method = next(method for method in METHODS if method.name == target.method)
    tags = "f" if target.pad is not None else method.tags
    return OscReply("/help", [address, tags, "", 0.0, 0.0, 0.0, method.text])


def all_help() -> list[OscReply]:
    """One ``/help`` per method."""
    return [help_reply(f"/{method.name}", Target(method.name)) for method in METHODS]


def info(instrument: Instrument) -> OscReply:
    """``/info name version rate block latency_ms kit voices``."""
    told = instrument.info()
    args = [
        str(told.get("name", "")),
        str(told.get("version", "")),
        int(told.get("rate", 0)),
        int(told.get("block", 0)),
        float(told.get("latency_ms", 0.0)),
        str(told.get("kit", instrument.patch.kit)),
        int(told.get("voices", 0)),
    ]
    return OscReply("/info", args)


def stats(instrument: Instrument, own: Mapping[str, int]) -> OscReply:
    """The engine's counters and OSC's own (``osc_...``), as alternating names and values."""
    counters = {**instrument.stats(), **{f"osc_{name}": count for name, count in own.items()}}
    return OscReply("/stats", [part for pair in counters.items() for part in pair])


def _row(row: Param) -> list[object]:
    return [row.name, row.unit, row.low, row.high, row.default, row.stage]
