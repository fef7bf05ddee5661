"""The instrument: constructs, starts, waits, stops. What it does is written elsewhere."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from astrodrum_live import __version__
from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import (
    Event,
    HeardHit,
    Learn,
    Record,
    Save,
    Select,
    SetTransport,
)
from astrodrum_live.control.feed import Feeds
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_outputs import MidiOutputs
from astrodrum_live.control.midi_words import midi_seen
from astrodrum_live.control.monitor import Monitor
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.device import Device
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.realtime import lock_memory, no_priority_words
from astrodrum_live.generation.device_choice import check_generator
from astrodrum_live.generation.first_hits import push_first_hits
from astrodrum_live.generation.supervisor import Supervisor
from astrodrum_live.live.audio import Audio
from astrodrum_live.live.conductor import Conductor
from astrodrum_live.live.drift import Drift, DriftThread, bars_of
from astrodrum_live.live.feeds.hits import HitsFeed
from astrodrum_live.live.feeds.log import LogFeed
from astrodrum_live.live.feeds.map import MapFeed
from astrodrum_live.live.feeds.pads import PadsFeed
from astrodrum_live.live.feeds.scope import ScopeFeed
from astrodrum_live.live.feeds.status import StatusFeed
from astrodrum_live.live.first_device import open_first
from astrodrum_live.live.frozen import freeze_kit
from astrodrum_live.live.history import Kits
from astrodrum_live.live.keeper import Again, Keeper
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.kit_loader import KitLoader
from astrodrum_live.live.kit_writer import KitWriter
from astrodrum_live.live.knob_notes import knob_grades
from astrodrum_live.live.latent_map import LatentMap
from astrodrum_live.live.learner import Learner
from astrodrum_live.live.model_choice import choose_model
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.live.performance_writer import PerformanceWriter
from astrodrum_live.live.playing_kit import PlayingKit
from astrodrum_live.live.scheduler import Scheduler
from astrodrum_live.live.sequencer import Sequencer
from astrodrum_live.live.song import Song
from astrodrum_live.live.state import State
from astrodrum_live.live.tape import Tape
from astrodrum_live.live.tempo import Tempo
from astrodrum_live.live.watchdog import Watchdog
from astrodrum_live.model.bank import load_bank
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.now import INTERNAL, LINK, LOST, MIDI, SequencerNow
from astrodrum_live.sequencer.pattern import Pattern
from astrodrum_live.transport.link_peer import open_link

BLOCK = 128


@dataclass(frozen=True, slots=True)
class Options:
    """What ``astrodrum play`` can be told. None: decide by what is there.

    ``audio``: None for the sound card or else the null device; ``null``; or a device's name.
    ``audio_fallback``: what takes its place while it is gone; ``null`` for no other device.
    ``tempo``: BPM, whatever the kit says. ``clock_out``: ports that get a MIDI clock.
    ``link``: be a peer of Ableton Link's.
    ``generator``: auto, cuda, mps, cpu or frozen. ``session``: seed of this session's hits.
    ``beat``: patterns instead of the kit's, and the file they are stored into.
    """

    audio: str | None = None
    rate: int | None = None
    block: int | None = None
    generator: str = "auto"
    session: int | None = None
    record: Path | None = None
    timing: str | None = None
    audio_fallback: str | None = None
    tempo: float | None = None
    clock_out: tuple[str, ...] = ()
    link: bool = False
    beat: tuple[Path, tuple[Pattern, ...]] | None = None


class LiveInstrument:
    """A kit being played. Implements ``control.instrument.Instrument``.

    ``log`` gets plain lines from any thread. Errors: ``DeviceError``, ``ModelError``,
    ``MidiPortError``, ``LinkMissing``, ``SoundsError``, ``RecordError``, ``MemoryError``, all
    before anything sounds.
    """

    def __init__(self, patch: Patch, options: Options, log: Callable[[str], None]) -> None:
        check_generator(options.generator)
        self._feed = LogFeed()
        self._tell = log
        log = self._log
        self._closed = self._locked = False
        self.monitor = Monitor()
        written, choice = patch, choose_model(patch, log)
        patch, sounds = choice.patch, choice.sounds
        link = open_link() if options.link else None
        outputs = MidiOutputs(log, options.clock_out)
        first = open_first(
            options.audio,
            options.audio_fallback,
            options.rate,
            lambda rate: _engine(patch, options, choice.longest_s, rate),
            log,
        )
        self.engine, self.audio = first.engine, Audio(*first, log)
        self.tape = Tape(
            self.engine,
            lambda path: PerformanceWriter(self.engine, path, log, options.generator),
            lambda: self.kit.tell_performance(),
            log,
        )
        self.tempo = Tempo(self.engine, log, lambda: self.scheduler.latency_ns, outputs, link)
        self.transport = self.tempo.transport
        self.kits: KitLoader | None = None
        self.kit = PlayingKit(self, written, choice, options.beat is None, log)
        session = options.session
        if session is None:
            session = int.from_bytes(os.urandom(4), "little")
        self._learner = Learner(lambda: self.patch, self.kit.bind, log)
        self.morph = Morph(self.engine)
        self.drift = Drift(self.engine, bars_of(self.transport))
        self._drifting = DriftThread(self.drift.step)
        self.orders = OrderDesk(self.engine, session, morph=self.morph)
        self.writer = KitWriter(self, options.beat[0] if options.beat else None, log)
        self.keeper = Keeper(
            self.engine,
            self.orders,
            lambda: self.patch.pad_names(),
            log,
            self.writer.store,
            self.morph,
            Kits(self.kit.played, self.kit.want_back),
            {Save: self.writer.save, Record: self._record, Learn: self._learn},
        )
        history = self.keeper.history
        self.song = Song(patch, options.beat[1] if options.beat else None, history.edited)
        history.restore = self.song.restore
        history.playing = lambda: (self.song.now.pattern.key, self.transport.tempo)
        history.play = self._play_again
        self.sequencer = Sequencer(
            self.engine,
            self.transport,
            self.orders,
            self.song,
            lambda: self.patch.pad_names(),
            follows=lambda: self._clock() == MIDI,
            latency_ns=lambda: self.scheduler.latency_ns,
        )
        conductor = Conductor(
            self.song,
            self.sequencer,
            lambda name: self.keeper.start(lambda: self.writer.store_patterns(name)),
            log,
        )
        self.scheduler = Scheduler(
            self.engine,
            self._read_midi,
            self._want_kit,
            self.orders,
            self.keeper,
            self.tempo,
            conductor,
            self.morph,
            self.drift,
            self.kit.want_morph,
        )
        self._tell_latency()
        self.supervisor = Supervisor(self.engine, log, options.generator, session)
        self.state = State(self)
        self.feeds: Feeds = {
            "log": self._feed,
            "status": StatusFeed(self.state.facts),
            "pad": PadsFeed(self.engine, self.orders, lambda: self.patch, self._latent_map),
            "map": MapFeed(self._latent_map),
            "hit": HitsFeed(self.engine, self._latent_map),
            "scope": ScopeFeed(self.tape, self.engine.config.rate),
        }
        self.watchdog = Watchdog(
            self.engine,
            self.supervisor.in_words,
            {"the control thread": self.scheduler.slowest},
            log,
        )
        try:
            if options.record:
                self.tape.begin_whole(options.record)
            load_kit(self.engine, patch)
            self.tempo.load(patch, options.tempo)
            self.morph.load(choice.way)
            freeze_kit(self.orders, patch, choice.hash, self.engine.config.rate, log)
            push_first_hits(self.engine, load_bank(sounds.model), sounds)
            self.audio.start()
            self.supervisor.load(sounds)
            self.scheduler.start()
            self.tempo.start()
            self.sequencer.start()
            self._drifting.start()
            self.kits = KitLoader(patch, self.kit.change, log, self.kit.tell_came)
            self.kit.tell()
            if not self.device.realtime:
                log(no_priority_words())
        except BaseException:
            self.close()
            raise

    @property
    def device(self) -> Device:
        """What calls the engine now."""
        return self.audio.device

    @property
    def patch(self) -> Patch:
        return self.kit.patch

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        self.scheduler.post(event, arrival_ns, due_ns)

    def value(self, pad: int | None, param: str) -> float:
        return self.engine.value(pad, param)

    def orbit_value(self, orbit: int, param: str) -> float:
        return self.engine.orbit_value(orbit, param)

    def transport_value(self, param: str) -> float:
        return self.tempo.value(param)

    def transport_state(self, what: str) -> str | int:
        return self.tempo.state(what)

    def classes(self) -> tuple[str, ...]:
        return self.kit.choice.classes

    def knobs(self, pad: int) -> dict[str, tuple[bool, float]]:
        return knob_grades(self.kit.choice, pad)

    def heard(self) -> list[HeardHit]:
        return self.keeper.heard()

    def again(self, pad: int | None, index: int) -> Again | None:
        return self.keeper.again(pad, index)

    def sequence(self) -> SequencerNow:
        return replace(
            self.song.now,
            playing=self.transport.playing,
            tempo=self.transport.tempo,
            clock=self._clock(),
            at=self.sequencer.at(),
        )

    def info(self) -> dict[str, str | int | float]:
        return {
            "name": "AstroDrum Live",
            "version": __version__,
            "rate": self.device.rate,
            "block": self.device.block,
            "latency_ms": round(self.device.latency_s * 1e3, 2),
            "kit": self.patch.kit,
            "voices": self.engine.config.voices,
            "device": self.device.name,
        }

    def stats(self) -> dict[str, int | float]:
        """Counters since the start, and what is so now."""
        return self.state.counters()

    @property
    def mapping(self) -> Mapping:
        """What MIDI does."""
        return self.kit.mapping

    @property
    def waiting(self) -> str:
        """What MIDI is to bind, in words."""
        return self._learner.words

    def set_list(self) -> tuple[str, ...]:
        """The kits that program changes and keys ask for, in order."""
        return self.mapping.kits

    def ready(self) -> dict[str, int]:
        """Unplayed hits per pad, of all layers, by name."""
        counts = self.engine.rings.ready().sum(axis=1)
        return {name: int(counts[index]) for index, name in enumerate(self.patch.pad_names())}

    def mind(self) -> None:
        """Look after what may fail: a generator that hangs is restarted; without a device the kit
        and the recording go on. And say what MIDI asked for in vain: its own thread has no time.

        Thread: the one that closes.
        """
        if not self._locked:  # not at the start: it takes up to 0.1 s, in which one could play
            self._locked = True
            if why_not := lock_memory(self.engine.memory):
                self._log(why_not)
        self.supervisor.mind()
        playing = self.device
        self.audio.mind()
        if self.device is not playing:
            self.watchdog.restart()
        self.watchdog.look()
        self._tell_latency()
        while notices := self.mapping.notices:
            self._log(notices.pop(0))

    def close(self) -> None:
        """Stop everything, in the order in which nothing is missed. Again: nothing happens."""
        if self._closed:
            return
        self._closed = True
        if self.kits:
            self.kits.close()
        self._drifting.close()
        self.scheduler.close()
        self._learner.close()
        self.sequencer.close()
        self.tempo.close()
        self.keeper.close()
        self.audio.close()
        self.tape.close()
        self.supervisor.close()
        self.engine.close()

    def _tell_latency(self) -> None:
        self.scheduler.latency_ns = round(self.device.latency_s * 1e9)

    def frozen(self) -> list[str]:
        """The pads that are frozen, by name."""
        return list(self.kit.frozen())

    def _play_again(self, played: tuple[int, float]) -> None:
        """The pattern of this key plays again, at this tempo, unless it does."""
        key, tempo = played
        pattern = self.song.now.book.keyed(key)
        if pattern and pattern is not self.song.now.pattern:
            self.post(Select(pattern.name, now=True, tempo=tempo), now_ns())
        elif tempo != self.transport.tempo:
            self.post(SetTransport("tempo", tempo), now_ns())

    def _record(self, event: Event) -> None:
        assert isinstance(event, Record)
        self.tape.record(event.on)

    def _learn(self, event: Event) -> None:
        assert isinstance(event, Learn)
        if event.cancel:
            self._learner.close()
        else:
            self._learner.learn(event.pad, event.param)

    def _log(self, line: str) -> None:
        self._feed.add(line)
        self._tell(line)

    def _latent_map(self) -> LatentMap | None:
        return self.kit.latent_map

    def _clock(self) -> str:
        if self.tempo.trouble():
            return LOST
        clock = self.tempo.state("clock")
        return INTERNAL if not clock else LINK if clock == "Link" else MIDI

    def _want_kit(self, name: str) -> None:
        if self.kits:
            self.keeper.history.coming()
            self.kits.want(name)

    def _read_midi(self, message: bytes, arrival_ns: int, port: str) -> tuple[Event, ...]:
        self._learner.hear(message, arrival_ns, port)
        mapping = self.kit.mapping
        events = mapping.events(message, arrival_ns, port)
        if self.monitor.watched:
            self.monitor.see(midi_seen(message, events, mapping.patch, mapping.why, port))
        return events


def _engine(patch: Patch, options: Options, longest_s: float, rate: int) -> Engine:
    return Engine(
        EngineConfig(
            rate=rate,
            block=BLOCK if options.block is None else options.block,
            voices=patch.voices,
            timing=options.timing or patch.timing,
            hit_seconds=longest_s,
        )
    )
