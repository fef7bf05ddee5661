"""The instrument's state: counters since the start, and the words a player reads."""

from collections.abc import Callable
from typing import Any

from astrodrum_live.engine.stats import work_percentile

Words = Callable[[], str]


class State:
    """What there is to tell of ``instrument``. ``words``: what others add, by name, such as the
    names of MIDI's ports. Thread: any."""

    def __init__(self, instrument: Any) -> None:  # a LiveInstrument, which holds this
        self._of = instrument
        self.words: dict[str, Words] = {}

    def counters(self) -> dict[str, int | float]:
        """Counters since the start, and what is so now."""
        of = self._of
        engine, device, scheduler = of.engine, of.device, of.scheduler
        header = engine.memory.header
        ready = engine.rings.ready().sum(axis=1)[: len(of.patch.pads)]
        block_ns = 1e9 * device.block / device.rate
        return {
            **engine.counters(),
            "fresh": int(ready.min()),
            "generated": int(header[0]["gen_hits"][0]),
            "broken": int(header[0]["gen_broken"][0]),
            **of.orders.stats(),
            "orders_made": int(header[0]["gen_orders"][0]),
            "orders_too_late": int(header[0]["gen_too_late"][0]),
            "generator_restarts": of.supervisor.restarts,
            "work_p999_share": work_percentile(header, 0.999) / block_ns,
            "midi_messages": scheduler.midi_messages,
            "unmapped_notes": of.mapping.unmapped.total(),
            "double_triggers": of.mapping.guard.dropped.total(),
            "malformed_midi": of.mapping.malformed,
            "controllers_superseded": scheduler.superseded,
            "drift_ppm": round(engine.drift_ppm(), 1),
        }

    def facts(self) -> dict[str, str | int | float]:
        """What the page and the like show, by name; what troubles is empty where all is well."""
        of = self._of
        counters = of.engine.counters()
        block_ns = 1e9 * of.device.block / of.device.rate
        header = of.engine.memory.header
        return {
            **of.info(),
            "title": of.patch.name,
            "alive": int(of.device.alive()),
            "sounding": counters["voices"],
            **{name: counters[name] for name in ("played", "repeated", "late", "xruns")},
            "work_share": round(work_percentile(header, 0.999) / block_ns, 3),
            "generator": of.supervisor.state,
            "generator_on": of.supervisor.text,
            "generator_restarts": of.supervisor.restarts,
            "made": int(header[0]["gen_hits"][0]),
            "recording": of.tape.words(),
            "learning": of.waiting,
            "audio_trouble": of.audio.trouble(),
            **{name: words() for name, words in self.words.items()},
        }
