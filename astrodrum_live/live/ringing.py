"""How long a performance rings on after its last hit, at most: offline, somebody must know."""

import math
from collections.abc import Iterable

from astrodrum_live.control.events import Event, Hit, SetOrbit
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import ORBITS
from astrodrum_live.rt.reverb_time import decay_s
from astrodrum_live.units import semitones_to_ratio

LONGEST_TAIL_S = 30.0  # of echoes that hardly fade
_FALLEN = 1e-3  # -60 dB


def longest_voice_s(engine: Engine, pads: int, events: Iterable[Event]) -> float:
    """Seconds that the longest voice can sound, by the pads' rows and by the hits' own.

    Thread: any. Realtime-safe: no.
    """
    hit_s = engine.config.hit_seconds
    slowest = min(engine.value(pad, "pitch") for pad in range(pads))
    longest = hit_s / min(semitones_to_ratio(slowest), 1.0)
    kinds = {(e.pad, e.params) for e in events if isinstance(e, Hit)}
    return max([longest, *(_voice_s(engine, pad, dict(own), hit_s) for pad, own in kinds)])


def longest_tail_s(engine: Engine, events: Iterable[Event]) -> float:
    """Seconds in which echoes and rooms fall by 60 dB, with all values the events turn to.

    Thread: any. Realtime-safe: no.
    """
    turned: list[dict[str, list[float]]] = [{} for _ in range(ORBITS)]
    for event in events:
        if isinstance(event, SetOrbit):
            turned[event.orbit].setdefault(event.param, []).append(event.value)
    longest = max(_tail_s(engine, orbit, rows) for orbit, rows in enumerate(turned))
    return min(longest, LONGEST_TAIL_S)


def _voice_s(engine: Engine, pad: int, own: dict[str, float], hit_s: float) -> float:
    def row(name: str) -> float:
        return own.get(name, engine.value(pad, name))

    speed = abs(row("speed")) * semitones_to_ratio(row("pitch"))
    mean = speed * (1.0 + abs(1.0 + row("accelerate"))) / 2.0
    once = 1.0 / row("fit") if row("fit") > 0.0 else hit_s
    envelope = (row("attack") + row("hold") + row("release")) * 1e-3
    if mean == 0.0:
        return 0.0
    return min(once * row("loop") / mean + row("release") * 1e-3, envelope)


def _tail_s(engine: Engine, orbit: int, turned: dict[str, list[float]]) -> float:
    def most(name: str) -> float:
        return max([engine.orbit_value(orbit, name), *turned.get(name, [])])

    room = decay_s(most("size")) if most("room") > 0.0 else 0.0
    if most("delay") == 0.0:
        return room
    locked, cps = most("lock") > 0.0, [engine.orbit_value(orbit, "cps"), *turned.get("cps", [])]
    echo = most("delaytime") / min(cps) if locked else most("delaytime")
    again = most("delayfeedback")
    count = 1 + (math.log(_FALLEN) / math.log(again) if again > 0.0 else 0)
    return max(room, min(echo, 4.0) * count)
