"""The run: an instrument, what is sent to it, what is heard, what it costs, what it leaves."""

import os
import threading
import time
from collections.abc import Callable

from astrodrum_live.control.midi_file import Performance
from astrodrum_live.control.osc.server import OscOptions
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.null_device import NullDevice
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.session import Session, open_osc
from astrodrum_live.soak.ear import Ear
from astrodrum_live.soak.gauge import blocks, children, own_mib, slope
from astrodrum_live.soak.lag import Lag
from astrodrum_live.soak.lateness import Lateness
from astrodrum_live.soak.score import AHEAD_S, KITS, score_of
from astrodrum_live.soak.sender import Sender, perform
from astrodrum_live.soak.verdict import DRIFT_MS, LEAK_JUDGED_S, Report, warm_up_s
from astrodrum_live.soak.witness import Witness
from astrodrum_live.urgency import hurry

TICK_S = 0.1
LOOK_S = 0.02  # how finely what was late is told from what came a moment later
TELL_EVERY_S = 5.0
WEIGH_EVERY_S = 5.0  # each leaves a few bytes in the very process that is weighed
READY_S = 60.0  # how long a model may take to be up
SETTLES_S = AHEAD_S + 0.8  # what was sent last is obeyed by then
CARD_PPM = 500.0  # a sound card's crystal may be off by a tenth of that

_COUNTED = ("played", "muted", "empty", "repeated", "unmade", "late_max")
_COUNTED_TOO = ("unmapped_notes", "double_triggers", "midi_messages", "controllers_superseded")


class Soak:
    """One run of ``scenario`` (not ``swap``) with ``patch``. ``tell`` gets a line now and then.

    Thread: one, in which ``run`` works.
    """

    def __init__(
        self, scenario: str, patch: Patch, performance: Performance, options: Options,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._scenario, self._patch, self._performance = scenario, patch, performance
        self._options, self._tell = options, tell
        self._report = Report(scenario)
        self._memory: dict[str, list[tuple[float, float]]] = {"engine": [], "generator": []}
        self._kits = 0

    def run(self, seconds: float, stop: threading.Event) -> Report:
        """Perform for ``seconds``, or until ``stop`` is set.

        Errors: as ``LiveInstrument``; ``ValueError`` for a kit that leads nowhere.
        """
        if self._scenario == "morph" and not self._patch.morph_to:
            raise ValueError(f"'{self._patch.kit}' has no [morph]; try electro")
        before = children()
        instrument = LiveInstrument(self._patch, self._options, self._log)
        session = Session(instrument)
        try:
            options = OscOptions(late="play")
            osc = session.keep(open_osc(instrument, "127.0.0.1:0", self._log, options))
            if osc:
                instrument.watchdog.threads["an OSC port's thread"] = osc.slowest
            self._await_generator(instrument, stop)
            lag = Lag(instrument.engine, instrument.kit.choice.way.rows)
            address = osc.address if osc else None
            sender = session.keep(Sender(instrument, address, lag.moved))
            ear = session.keep(Ear(instrument.engine))
            config = instrument.engine.config
            witness = session.keep(Witness(config.block / config.rate))
            ear.start()
            self._perform(instrument, sender, (ear, lag, witness), osc, seconds, stop)
        finally:
            began_s = time.monotonic()
            session.close()
            self._report.stop_s = time.monotonic() - began_s
        self._report.left = [f"process {one}" for one in sorted(children() - before - _trackers())]
        self._report.left += sorted(blocks())
        return self._report

    def _await_generator(self, instrument: LiveInstrument, stop: threading.Event) -> None:
        """Until rings are as full as they get: what is measured is playing, not starting."""
        deadline_s = time.monotonic() + READY_S
        wanted = instrument.engine.config.pad_depth // 2
        while time.monotonic() < deadline_s and not stop.wait(TICK_S):
            instrument.mind()
            ready = min(instrument.ready().values())
            if instrument.supervisor.state in ("model", "frozen") and ready >= wanted:
                return

    def _perform(self, instrument, sender, ears, osc, seconds, stop) -> None:
        ear, lag, witness = ears
        pads = min(8, len(self._patch.pads))
        kits = KITS if self._patch.kit in KITS else (self._patch.kit,)
        score = score_of(self._scenario, self._performance, pads, kits)
        before = self._counts(instrument)
        header = instrument.engine.memory.header[0]
        lateness = Lateness(instrument)
        began_s, began_frame = time.monotonic(), int(header["frame"])

        def feed() -> None:
            hurry()  # as a port's thread does
            perform(score, seconds, sender.send, stop.wait)

        feeding = threading.Thread(target=feed, name="feeder")
        feeding.start()
        told_s = weighed_s = minded_s = began_s
        while feeding.is_alive():
            feeding.join(LOOK_S)
            now_s = time.monotonic()
            lateness.look()
            if now_s - minded_s < TICK_S:
                continue
            minded_s = now_s
            instrument.mind()
            lag.listen()
            if now_s - weighed_s >= WEIGH_EVERY_S:
                weighed_s = now_s
                self._weigh(instrument, now_s - began_s)
            if now_s - told_s >= TELL_EVERY_S:
                told_s = now_s
                self._tell(self._progress(now_s - began_s, seconds, ear, instrument))
        report = self._report
        report.seconds, report.stopped = time.monotonic() - began_s, stop.is_set()
        time.sleep(SETTLES_S)
        frames, passed_s = int(header["frame"]) - began_frame, time.monotonic() - began_s
        report.drift_ms = (frames / instrument.engine.config.rate - passed_s) * 1e3
        if not isinstance(instrument.device, NullDevice):
            report.drift_limit_ms = DRIFT_MS + passed_s * CARD_PPM * 1e-3
        lateness.look()
        witness.close()
        self._blame(lateness, witness)
        ear.close()
        lag.listen()
        report.on_the_way, report.stale = lag.heard, lag.stale
        self._sum_up(instrument, sender, ear, osc, before)

    def _sum_up(self, instrument, sender, ear, osc, before) -> None:
        report, now = self._report, self._counts(instrument)
        more = {name: now[name] - before[name] for name in before}
        dirt = osc.routes.counters if osc else {}
        struck = dirt.get("dirt_hits", 0)
        unknown = dirt.get("dirt_unknown_sounds", 0)
        sent = sender.sent
        notes = sent["notes"] - more["unmapped_notes"] - more["double_triggers"]
        report.sent = {"midi": sent["midi"], "dirt": sent["dirt"], "hits": notes + struck}
        report.obeyed = {
            "midi": more["midi_messages"] + more["controllers_superseded"],
            "dirt": struck + unknown,
            "hits": more["played"] + more["muted"] + more["empty"],
        }
        if self._kits or sent["kits"]:
            report.sent["kits"], report.obeyed["kits"] = sent["kits"], self._kits
        report.hits, report.repeated = ear.hits, ear.repeated
        report.silent = ear.silent + more["empty"]
        report.unmade = more["unmade"]
        report.late_max_ms = now["late_max"] * 1e3 / instrument.engine.config.rate
        report.largest_step = ear.step
        report.generator_restarts = instrument.supervisor.restarts
        report.generated = int(instrument.stats()["generated"])
        for name, samples in self._memory.items():
            warm = [(at_s, mib) for at_s, mib in samples if at_s >= warm_up_s(report.seconds)]
            report.leaks[name] = slope([at for at, _ in warm], [mib for _, mib in warm])
        report.leaks_judged = report.seconds >= warm_up_s(report.seconds) + LEAK_JUDGED_S
        report.memory_mib = {
            name: samples[-1][1] for name, samples in self._memory.items() if samples
        }

    def _blame(self, lateness: Lateness, witness: Witness) -> None:
        report = self._report
        ours, systems = lateness.blame(witness.held)
        report.late, report.xruns = ours["late"], ours["xruns"]
        report.too_long_blocks = ours["too_long_blocks"]
        report.held_up = dict(systems)
        report.holds, report.longest_hold_ms = len(witness.holds), witness.longest_ms
        report.held_s = witness.held_s
        if witness.why_not:
            self._log(f"{witness.why_not}: all that was late counts as ours")

    def _counts(self, instrument: LiveInstrument) -> dict[str, int]:
        counters, stats = instrument.engine.counters(), instrument.stats()
        told = {name: counters[name] for name in _COUNTED}
        return told | {name: int(stats[name]) for name in _COUNTED_TOO}

    def _weigh(self, instrument: LiveInstrument, at_s: float) -> None:
        processes = {"engine": None, "generator": instrument.supervisor.process_id}
        for name, process_id in processes.items():
            if name == "generator" and process_id is None:
                continue
            if (mib := own_mib(process_id or os.getpid())) is not None:
                self._memory[name].append((at_s, mib))

    def _progress(self, at_s: float, seconds: float, ear: Ear, instrument: LiveInstrument) -> str:
        late = instrument.engine.counters()["late"]
        memory = [f"{name} {held[-1][1]:.0f} MiB" for name, held in self._memory.items() if held]
        return (
            f"{at_s:.0f} of {seconds:.0f} s: {ear.hits} hits, {ear.silent} silent, {late} late,"
            f" {ear.repeated} repeats; {', '.join(memory)}"
        )

    def _log(self, line: str) -> None:
        if line.startswith("kit '") and not line.endswith("reloaded"):
            self._kits += 1
            return
        self._report.told.append(line)
        self._tell(line)


def _trackers() -> set[int]:
    """Python's own helper, which lives as long as this process."""
    from multiprocessing import resource_tracker

    helper = getattr(resource_tracker, "_resource_tracker", None)
    return {getattr(helper, "_pid", None) or 0}
