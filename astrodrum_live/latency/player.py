"""The instrument that is measured, in a process of its own, with notes of when what happened.

``python -m astrodrum_live.latency.player JSON``: says ``ready`` in a line of JSON, plays until its
input ends, then writes its notes. Everything is as ``astrodrum play`` has it.
"""

import gc
import json
import sys
import threading
from pathlib import Path

import numpy as np

from astrodrum_live.control.events import Hit
from astrodrum_live.control.midi_ports import MidiInput
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.session import open_osc
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import share_python

LOOK_S = 0.05


class Notes:
    """When every hit was stamped, was in the ring, and was obeyed; ns of ``astrodrum_live.now``."""

    def __init__(self, instrument: LiveInstrument) -> None:
        self._engine = instrument.engine
        self._posted: list[tuple[int, int, int]] = []
        self._obeyed: list[tuple[int, int, float]] = []
        instrument.scheduler.watch = self._watch

    def look(self) -> None:
        """Fetch what the callback has obeyed meanwhile."""
        at_ns = now_ns()
        frame = self._engine.frame_at(at_ns)
        ns_per_frame = 1e9 / self._engine.config.rate * (1 + self._engine.drift_ppm() * 1e-6)
        for entry in self._engine.drain_played():
            obeyed_ns = at_ns + (int(entry["frame"]) - frame) * ns_per_frame
            self._obeyed.append((int(entry["pad"]), int(entry["frame"]), obeyed_ns))

    def write(self, path: Path) -> None:
        """``posted``: (n, 3) pad, arrival_ns, posted_ns. ``obeyed``: (m, 3) pad, frame, ns."""
        posted = np.array(self._posted, float).reshape(-1, 3)
        np.savez(path, posted=posted, obeyed=np.array(self._obeyed, float).reshape(-1, 3))

    def _watch(self, hit: Hit, arrival_ns: int, posted_ns: int) -> None:
        self._posted.append((hit.pad, arrival_ns, posted_ns))


def main(wishes: dict) -> None:
    """Play as told until standard input ends."""
    gc.disable()
    record = Path(wishes["record"]) if wishes["record"] else None
    options = Options(
        audio=wishes["audio"], rate=wishes["rate"], block=wishes["block"], generator="frozen",
        session=1, timing=wishes["timing"], record=record,
    )  # fmt: skip
    instrument = LiveInstrument(load_patch(Path(wishes["kit"])), options, _say)
    gc.freeze()
    gc.enable()
    share_python()
    notes = Notes(instrument)
    midi = MidiInput(wishes["midi"], instrument.scheduler.post_midi, api=wishes["midi_api"])
    osc = open_osc(instrument, "127.0.0.1:0", _say)
    assert osc is not None
    if wishes["busy"]:
        threading.Thread(target=_spin, daemon=True).start()
    ended = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(ended,), daemon=True).start()
    ready = {"ready": True, "osc": osc.address[1], "midi": midi.names, **instrument.info()}
    print(json.dumps(ready), flush=True)
    while not ended.wait(LOOK_S):
        notes.look()
        instrument.mind()
    notes.look()
    notes.write(Path(wishes["notes"]))
    stats = instrument.stats()
    midi.close()
    osc.close()
    instrument.close()
    print(json.dumps(stats), flush=True)


def _wait_for_the_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _spin() -> None:
    """A Python thread that computes all the time, as no part of ours does: the worst neighbour."""
    while True:
        sum(range(1000))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except (RuntimeError, ValueError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(1)
