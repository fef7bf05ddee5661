"""Lines a player reads from 1.5 m: is it sounding, is it fresh, is anything wrong."""

import sys
import threading
import time
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.text import Text

from astrodrum_live.live.instrument import LiveInstrument
from astrodrum_live.live.onsets import Onset, name_onsets
from astrodrum_live.units import gain_to_db

LINE_EVERY_S = 5.0  # where there is no terminal to redraw
MARKS = "0123456789"  # a pad's stock in tenths: sixteen pads fit where one is named


class Status:
    """Shows the instrument's state on standard error, and keeps the session's sums.

    Thread: ``log`` from any, the rest from one.
    """

    def __init__(self, quiet: bool) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._live: Live | None = None
        self._instrument: LiveInstrument | None = None
        self._began = self._last_line = time.monotonic()
        self._lock = threading.Lock()
        self._played = self._frozen = self._repeated = 0
        self.onsets: list[Onset] | None = None  # kept only if somebody wants them
        self._pads: dict[int, str] = {}
        self.troubles: list[Callable[[], str]] = []  # each says what is amiss, or nothing

    def start(
        self, instrument: LiveInstrument, midi: list[str], osc: tuple[str, int] | None
    ) -> None:
        """Say what is open, and begin to count."""
        self._instrument = instrument
        self._began = self._last_line = time.monotonic()
        info = instrument.info()
        self.log(
            f"kit {info['kit']} on {info['device']}, {info['rate']} Hz / {info['block']} frames, "
            f"{info['latency_ms']} ms"
        )
        self.log(f"MIDI {', '.join(midi) or 'none'}; OSC {f'{osc[0]}:{osc[1]}' if osc else 'none'}")

    def log(self, text: str) -> None:
        """One plain line, above the status."""
        with self._lock:
            if self._live:
                self._live.console.print(text, markup=False)
            else:
                print(text, file=sys.stderr, flush=True)

    def tick(self) -> None:
        """Count what has sounded and redraw."""
        if not self._instrument:
            return
        played = self._instrument.engine.drain_played()
        self._played += len(played)
        if self.onsets is not None:
            # a pad that the kit of this moment lacks was the last kit's
            self._pads |= enumerate(self._instrument.patch.pad_names())
            self.onsets += name_onsets(played, self._pads)
        self._repeated += int((played["repeated"] != 0).sum())
        self._frozen += int(((played["epoch"] == 0) & (played["repeated"] == 0)).sum())
        if self._live:
            text = Text("\n".join(self.lines()), overflow="ellipsis", no_wrap=True)
            if trouble := self.trouble():
                text.append(f"\n{trouble}", style="bold red")
            self._live.update(text)
        elif not self._quiet and time.monotonic() - self._last_line >= LINE_EVERY_S:
            self._last_line = time.monotonic()
            self.log("  ".join(filter(None, (*self.lines(), self.trouble()))))

    def lines(self) -> tuple[str, ...]:
        """In words and figures: what sounds, what is ready to, the tempo, and what is held."""
        assert self._instrument is not None
        stats, supervisor = self._instrument.stats(), self._instrument.supervisor
        device, depth = self._instrument.device, self._instrument.engine.config.pad_depth
        ready = self._instrument.ready()
        least = min(ready, key=lambda name: ready[name])
        levels = "".join(fill_mark(count, depth) for count in ready.values())
        peak = gain_to_db(self._instrument.engine.take_peak())
        return (
            f"{'AUDIO' if device.alive() else 'AUDIO GONE'} {device.rate}/{device.block}"
            f" {peak:4.0f} dB  voices {stats['voices']:2d}/{self._instrument.engine.config.voices}"
            f"  hits {self._played}  repeats {stats['repeated']}  late {stats['late']}"
            f"  xruns {stats['xruns']}",
            f"fresh {levels} least {ready[least]} ({least})"
            f"  {supervisor.state} {supervisor.text}  {stats['generated']} made",
            self._instrument.tempo.words(),
            *self._held(),
        )

    def _held(self) -> tuple[str, ...]:
        """A line of what somebody has put so: frozen pads, the fader between two kits; or none."""
        assert self._instrument is not None
        frozen, far = self._instrument.frozen(), self._instrument.morph.far
        held = [f"frozen {' '.join(frozen)}"] if frozen else []
        if far:
            held.append(f"{self._instrument.value(None, 'kit_morph'):.0%} of the way to {far}")
        return ("  ".join(held),) if held else ()

    def trouble(self) -> str:
        """In words what is gone and waited for; empty if nothing is."""
        return "; ".join(filter(None, (trouble() for trouble in self.troubles)))

    def sums(self) -> dict:
        """The session in figures so far."""
        assert self._instrument is not None
        supervisor = self._instrument.supervisor
        return {
            **self._instrument.info(),
            **self._instrument.stats(),
            "seconds": round(time.monotonic() - self._began, 2),
            "played": self._played,
            "fresh": self._played - self._frozen - self._repeated,
            "frozen": self._frozen,
            "repeated": self._repeated,
            "generator": f"{supervisor.state} {supervisor.text}",
        }

    def __enter__(self) -> "Status":
        if not self._quiet and self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=10, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._live:
                self._live.stop()
                self._live = None


def fill_mark(count: int, depth: int) -> str:
    """A pad's stock of fresh hits as one character: 0 is none at all, 9 is (nearly) full."""
    return MARKS[min(-(-count * 9 // depth), 9)]
