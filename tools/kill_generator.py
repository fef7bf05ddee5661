"""Kills the generator of an instrument that is being played, again and again, stops it, lets it run
out of memory, kills what forks it: how soon fresh hits are made again, whether a note was silent,
what all of it needs and what it leaves.

Run it as ``python tools/kill_generator.py --kills 100``; exit code 1 if anything was silent,
late in coming back or left behind.
"""

import argparse
import itertools
import json
import os
import re
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.soak.ear import Ear
from astrodrum_live.soak.gauge import blocks
from astrodrum_live.soak.score import Midi
from astrodrum_live.soak.sender import Sender, perform

RECOVERS_S = 5.0
NOTES_HZ = 12
PATIENCE_S = 300.0
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
        try:
            self.wait(self.works)
            self.wait(lambda: min(self.instrument.ready().values()) >= DEPTH)
        except BaseException:
            self.instrument.close()
            raise
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

    def processes(self) -> set[int]:
        """The engine, the generator and what forks it, by number."""
        told = os.getpid(), self.supervisor.process_id, self.supervisor.server_id
        return {process_id for process_id in told if process_id is not None}

    def memory_mib(self) -> float:
        """Of all of them; what they share is counted once."""
        return sum(proportional_mib(process_id) for process_id in self.processes())


def proportional_mib(process_id: int) -> float:
    """Memory of a process, pages that several share counted in equal parts (Linux's PSS)."""
    with suppress(OSError):
        told = Path(f"/proc/{process_id}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)[1]) / 1024
    return 0.0


def kill(played: Played, times: int) -> list[float]:
    """Seconds from each kill until another process was at work and had made a fresh hit."""
    took = []
    for number in range(times):
        restarts = played.supervisor.restarts
        os.kill(played.supervisor.process_id, signal.SIGKILL)
        began_s = time.monotonic()
        played.wait(lambda so_far=restarts: played.supervisor.restarts > so_far and played.works())
        played.wait(played.made_more())
        took.append(time.monotonic() - began_s)
        print(f"kill {number + 1}: {took[-1]:.2f} s", file=sys.stderr, flush=True)
        time.sleep(0.1)
    return took


def stop(played: Played, seconds: float) -> float:
    """Stopped for so long; seconds from when it went on until a hit was made."""
    stopped = played.supervisor.process_id
    os.kill(stopped, signal.SIGSTOP)
    until_s = time.monotonic() + seconds
    played.wait(lambda: time.monotonic() > until_s)
    more = played.made_more()
    with suppress(ProcessLookupError):  # it had hung for too long, and was ended
        os.kill(stopped, signal.SIGCONT)
    return played.wait(more)


def kill_server(played: Played) -> float:
    """The fork server is killed, then the generator; seconds until hits were made again."""
    if played.supervisor.server_id is not None:
        os.kill(played.supervisor.server_id, signal.SIGKILL)
    return kill(played, 1)[0]


def starve(played: Played) -> float:
    """No more address space, then a turn of every pad; seconds until hits were made again."""
    process_id = played.supervisor.process_id
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
        before_mib = played.memory_mib()
        took = kill(played, options.kills)
        after_mib = played.memory_mib()
        stopped_s = stop(played, options.stop)
        starved_s = starve(played)
        server_s = kill_server(played)
        processes = played.processes() - {os.getpid()}
    took.sort()
    left = [process_id for process_id in processes if Path(f"/proc/{process_id}").exists()]
    counters, ear = played.counters, played.ear
    told = {
        "notes": played.sent, "played": counters["played"], "late": counters["late"],
        "silent": ear.silent + counters["empty"], "repeated": counters["repeated"],
        "kills": options.kills,
        "back_p50_s": took[len(took) // 2] if took else 0.0, "back_max_s": max(took, default=0.0),
        "after_stop_s": stopped_s, "after_no_memory_s": starved_s, "after_server_s": server_s,
        "memory_before_mib": before_mib, "memory_after_mib": after_mib,
        "processes_left": left, "blocks_left": sorted(blocks()),
        "lines": sorted({line.split(" for ")[0] for line in played.lines}),
    }  # fmt: skip
    print(json.dumps(told, indent=1))
    good = told["silent"] == 0 and told["played"] == told["notes"]
    good = good and not told["processes_left"] and not told["blocks_left"]
    sys.exit(0 if good and told["back_max_s"] <= RECOVERS_S else 1)


if __name__ == "__main__":
    main()
