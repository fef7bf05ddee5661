"""Kills the generator of an instrument that is being played, again and again, stops it, and lets
it run out of memory: how soon fresh hits are made again, and whether a note was silent.

Run it as ``python tools/kill_generator.py --kills 100``; exit code 1 if anything was silent or
late in coming back.
"""

import argparse
import itertools
import json
import os
import resource
import signal
import sys
import threading
import time

from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.soak.ear import Ear
from astrodrum_live.soak.score import Midi
from astrodrum_live.soak.sender import Sender, perform

RECOVERS_S = 5.0
NOTES_HZ = 12
PATIENCE_S = 60.0
TICK_S = 0.02
DEPTH = 12  # hits ready on every pad before the first kill


class Played:
    """An instrument and somebody who plays it."""

    def __init__(self, generator: str) -> None:
        self.lines: list[str] = []
        patch = load_patch(find_patch("default"))
        options = Options("null", generator=generator, session=1)
        self.instrument = LiveInstrument(patch, options, self.lines.append)
        self.supervisor = self.instrument.supervisor
        self.ear = Ear(self.instrument.engine)
        self._stop = threading.Event()
        self._sender = Sender(self.instrument, None)

    def __enter__(self) -> "Played":
        self.wait(self.works)
        self.wait(lambda: min(self.instrument.ready().values()) >= DEPTH)
        self.ear.start()
        notes = (Midi(bytes([0x99, note, 100])) for note in itertools.cycle((36, 38, 42)))
        score = ((number / NOTES_HZ, note) for number, note in enumerate(notes))
        arguments = (score, 1e9, self._sender.send, self._stop.wait)
        self._player = threading.Thread(target=perform, args=arguments)
        self._player.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._player.join()
        time.sleep(0.5)
        self.ear.close()
        self.counters = self.instrument.engine.counters()
        self.sent = self._sender.sent["notes"]
        self.instrument.close()

    def works(self) -> bool:
        """Whether a process runs that makes hits."""
        return self.supervisor.state in ("model", "frozen")

    def wait(self, until) -> float:
        """How long it took."""
        began_s = time.monotonic()
        while not until():
            if time.monotonic() - began_s > PATIENCE_S:
                raise TimeoutError(f"waited in vain: {self.lines[-5:]}")
            self.instrument.mind()
            time.sleep(TICK_S)
        return time.monotonic() - began_s

    def made_more(self):
        """True once another hit has been made from now on."""
        header = self.instrument.engine.memory.header[0]
        had = int(header["gen_hits"][0])
        return lambda: int(header["gen_hits"][0]) > had and self.works()


def kill(played: Played, times: int) -> list[float]:
    """Seconds from each kill until a hit was made again."""
    took = []
    for number in range(times):
        more = played.made_more()
        os.kill(played.supervisor.process_id or 0, signal.SIGKILL)
        took.append(played.wait(more))
        print(f"kill {number + 1}: {took[-1]:.2f} s", file=sys.stderr, flush=True)
        time.sleep(0.1)
    return took


def stop(played: Played, seconds: float) -> float:
    """Stopped for so long; seconds from when it went on until a hit was made."""
    os.kill(played.supervisor.process_id or 0, signal.SIGSTOP)
    until_s = time.monotonic() + seconds
    played.wait(lambda: time.monotonic() > until_s)
    more = played.made_more()
    if (process_id := played.supervisor.process_id) is not None:
        os.kill(process_id, signal.SIGCONT)
    return played.wait(more)


def starve(played: Played) -> float:
    """No more address space, then a turn of every pad; seconds until hits were made again."""
    process_id = played.supervisor.process_id or 0
    resource.prlimit(process_id, resource.RLIMIT_AS, (1 << 20, resource.RLIM_INFINITY))
    more = played.made_more()
    for pad in range(3):
        played.instrument.engine.post_set(pad, "z1", 1.0)
    return played.wait(more)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stop", type=float, default=10.0, help="seconds")
    parser.add_argument("--generator", default="cpu")
    options = parser.parse_args()
    with Played(options.generator) as played:
        took = kill(played, options.kills)
        stopped_s = stop(played, options.stop)
        starved_s = starve(played)
    took.sort()
    counters, ear = played.counters, played.ear
    told = {
        "notes": played.sent, "played": counters["played"], "late": counters["late"],
        "silent": ear.silent + counters["empty"], "repeated": counters["repeated"],
        "kills": options.kills,
        "back_p50_s": took[len(took) // 2] if took else 0.0, "back_max_s": max(took, default=0.0),
        "after_stop_s": stopped_s, "after_no_memory_s": starved_s,
        "lines": sorted({line.split(" for ")[0] for line in played.lines}),
    }  # fmt: skip
    print(json.dumps(told, indent=1))
    good = told["silent"] == 0 and told["played"] == told["notes"]
    sys.exit(0 if good and told["back_max_s"] <= RECOVERS_S else 1)


if __name__ == "__main__":
    main()
