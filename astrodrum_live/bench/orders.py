"""How many different sounds a second one pad can be asked for, each 0.1 s before it is due."""

import time

from astrodrum_live.control.events import Hit
from astrodrum_live.control.patch import Patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.now import now_ns

LEAD_NS = 100_000_000  # Tidal 1.7's with its official boot script: 99 to 148 ms
LOADS = (16, 24, 32, 40, 48, 56, 64, 72, 80)  # hits a second
PLAY_S = 5.0
FULL_WAIT_S = 120.0
STEPS = 97  # of a knob, before a place comes again: all hits are fresh all the same


def measure_orders(patch: Patch) -> dict[str, float]:
    """Hits on pad 0, each with a knob of its own, at rising loads until one is not made in time."""
    instrument = LiveInstrument(patch, Options(audio="null", session=1), lambda text: None)
    try:
        _wait_until_full(instrument, len(patch.pads))
        most, first = 0.0, float("nan")
        for load in LOADS:
            unmade = _play(instrument, load)
            if load == LOADS[0]:
                first = unmade
            if unmade > 0:
                break
            most = load
    finally:
        instrument.close()
    return {f"orders_unmade_at_{LOADS[0]}_per_s": first, "orders_per_s_all_made": float(most)}


def _play(instrument: LiveInstrument, load: int) -> float:
    """The share of the hits that were not made in time."""
    before = instrument.engine.counters()
    began_ns, hits = now_ns(), round(load * PLAY_S)
    for count in range(hits):
        ask_ns = began_ns + count * 1_000_000_000 // load
        time.sleep(max(0.0, (ask_ns - now_ns()) * 1e-9))
        hit = Hit(0, 0.8, (("z1", count % STEPS / STEPS), ("brightness", count % STEPS / STEPS)))
        instrument.post(hit, now_ns(), ask_ns + LEAD_NS)
    time.sleep(5 * LEAD_NS * 1e-9)
    after = instrument.engine.counters()
    return (after["unmade"] - before["unmade"]) / hits


def _wait_until_full(instrument: LiveInstrument, pads: int) -> None:
    engine = instrument.engine
    deadline = time.monotonic() + FULL_WAIT_S
    while instrument.supervisor.state != "model" or (
        engine.rings.ready_of(engine.rings.epochs())[:pads].min() < engine.config.ring_depth
    ):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the generator did not fill the kit within {FULL_WAIT_S:.0f} s")
        time.sleep(0.01)
