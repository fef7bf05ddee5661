"""What is open while one plays, and the order in which it closes."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Protocol, TypeVar

from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.server import (
    DEFAULT_ENDPOINT,
    OscOptions,
    OscPortError,
    OscServer,
)
from astrodrum_live.control.patch_file import patch_names
from astrodrum_live.live.instrument import LiveInstrument
from astrodrum_live.live.stroke_way import stroke_way


class Closes(Protocol):
    """Anything with a ``close``."""

    def close(self) -> None: ...


Kept = TypeVar("Kept", bound=Closes | None)


class Session:
    """Closes what it keeps, last opened first, and the instrument at the very end."""

    def __init__(self, instrument: LiveInstrument) -> None:
        self._open = ExitStack()
        self._open.callback(instrument.close)

    def keep(self, thing: Kept) -> Kept:
        """Close ``thing`` (which may be None) when the session ends."""
        if thing is not None:
            self._open.callback(thing.close)
        return thing

    def close(self) -> None:
        """End the session."""
        self._open.close()


def open_osc(
    instrument: LiveInstrument,
    endpoint: str | None,
    log: Callable[[str], None],
    options: OscOptions | None = None,
) -> OscServer | None:
    """The OSC server at ``endpoint``; None for ``none``, or where the usual port is taken.

    Errors: ``OscPortError`` where a port that was asked for is taken.
    """
    if endpoint == "none":
        return None
    try:
        kits = instrument.kits.names if instrument.kits else patch_names
        routes = OscRoutes(instrument, kits=kits, monitor=instrument.monitor)
        way = stroke_way(instrument.engine, instrument.scheduler)
        options = replace(options or OscOptions(), stroke_way=way)
        server = OscServer(instrument, endpoint or DEFAULT_ENDPOINT, routes, options)
    except OscPortError as error:
        if endpoint is not None:
            raise
        log(f"{error}; playing without OSC")
        return None
    for notice in server.notices:
        log(notice)
    return server
