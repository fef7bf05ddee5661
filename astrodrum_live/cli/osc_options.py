"""The options of whoever opens OSC: which ports, who may play, what is late."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from astrodrum_live.params import nearest

if TYPE_CHECKING:
    from astrodrum_live.control.osc.server import OscOptions

MOST_TRIM_MS = 1000.0

Osc = Annotated[
    str | None,
    typer.Option(help="HOST:PORT to listen on for OSC, or none. [127.0.0.1:57130]"),
]
Listen = Annotated[
    str | None,
    typer.Option(help="Listen on this interface (0.0.0.0: all): who reaches the port can play."),
]
NoDirt = Annotated[
    bool, typer.Option("--no-dirt", help="Leave port 57120 to SuperDirt, even if it is free.")
]
WebSocket = Annotated[
    int | None, typer.Option("--websocket", help="Port for strudel.cc's .osc(). [8080]")
]
NoWebSocket = Annotated[bool, typer.Option("--no-websocket", help="No port for strudel.cc.")]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(help="Let pages of this origin play, such as https://strudel.example."),
]
Late = Annotated[str, typer.Option(help="Hits more than 250 ms late: drop, or play (all at once).")]
LatencyTrim = Annotated[
    float,
    typer.Option("--latency-trim", help="Move all OSC events with time tags, ms (later if > 0)."),
]


@dataclass(frozen=True, slots=True)
class OscWishes:
    """What was asked for, as it was typed."""

    osc: str | None = None
    listen: str | None = None
    no_dirt: bool = False
    websocket: int | None = None
    no_websocket: bool = False
    allow_origin: list[str] | None = None
    late: str = "drop"
    trim_ms: float = 0.0

    def settled(self) -> "tuple[str | None, OscOptions]":
        """The endpoint (None: the usual one, if it is free; or ``none``), and the options.

        With port 0, any free one, nothing else is opened that was not asked for.
        Errors: ``ValueError`` or ``OscPortError`` naming the option.
        """
        from astrodrum_live.control.osc.endpoint import DEFAULT_PORT, parse_endpoint
        from astrodrum_live.control.osc.server import DIRT_PORT, WEBSOCKET_PORT, OscOptions

        self._check()
        endpoint, port = self.osc, DEFAULT_PORT
        if endpoint not in (None, "none"):
            _, port = parse_endpoint(endpoint)
        if self.listen is not None:
            endpoint = f"[{self.listen}]:{port}" if ":" in self.listen else f"{self.listen}:{port}"
        usual = port != 0
        websocket = WEBSOCKET_PORT if usual and self.websocket is None else self.websocket
        return endpoint, OscOptions(
            dirt=DIRT_PORT if usual and not self.no_dirt else None,
            websocket=None if self.no_websocket else websocket,
            origins=tuple(self.allow_origin or ()),
            hello=usual,
            late=self.late,
            trim_ms=self.trim_ms,
        )

    def _check(self) -> None:
        policies = ["drop", "play"]
        if self.late not in policies:
            hint = nearest(self.late, policies)
            raise ValueError(f"--late is '{self.late}'{hint}; it can be drop or play")
        if not math.isfinite(self.trim_ms) or abs(self.trim_ms) > MOST_TRIM_MS:
            text = f"it can be {-MOST_TRIM_MS:g} to {MOST_TRIM_MS:g} ms"
            raise ValueError(f"--latency-trim is {self.trim_ms:g}; {text}")
        if self.websocket is not None and not 0 <= self.websocket <= 65535:
            raise ValueError(f"--websocket is {self.websocket}; a port is 0 to 65535")
        if self.websocket is not None and self.no_websocket:
            raise ValueError("--websocket and --no-websocket contradict each other")
        if self.listen is not None and self.osc == "none":
            raise ValueError("--listen and --osc none contradict each other")
        for origin in self.allow_origin or ():
            if "://" not in origin and origin != "null":
                text = f"--allow-origin is '{origin}'; an origin looks like https://strudel.cc"
                raise ValueError(text)
