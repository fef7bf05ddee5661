"""SuperDirt's side of its protocol, as Tidal 1.7 to 1.10 speak it, played on an ``Instrument``."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.due import Due, both_clocks, due
from astrodrum_live.control.osc.packet import OscMessage, number
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.superdirt.busses import HANDED_OUT, Busses, has_bus
from astrodrum_live.control.superdirt.classic import as_pairs, stamp_ns
from astrodrum_live.control.superdirt.console import Console, Text, nobody
from astrodrum_live.control.superdirt.keys import unknown_key
from astrodrum_live.control.superdirt.loudness import LAWS
from astrodrum_live.control.superdirt.moment import Moment
from astrodrum_live.control.superdirt.names import PANIC
from astrodrum_live.control.superdirt.player import Player
from astrodrum_live.control.superdirt.reading import read
from astrodrum_live.now import now_ns

HOST, PORT = "127.0.0.1", 57130  # told in the handshake, where SuperDirt tells of scsynth
_DRUM_CHANNEL = 9
_MIDI_MOST = 127.0
_KEEP_NS = 2_000_000
_KEEP_LEAD_NS = 60_000_000  # the next poll is at most 1/30 s away


class SuperDirt:
    """Turns what is sent to SuperDirt into hits and orbit settings.

    ``law``: a row of ``loudness.LAWS``; ``/dirt/gain_law NAME`` changes it. ``counters``: where is
    counted, under names that begin with ``dirt_``. ``clocks``: monotonic and Unix ns of one moment.
    ``because`` hears each time why something does not play as it was sent.
    For an event, a control bus has the value of the event's due time. What of it is known at the
    event's arrival counts; an event that is due late enough is kept for 2 ms, since Tidal sends a
    bus' value for the same instant right behind it. Nothing but answers goes back to a sender; the
    rest is said in the log.
    Errors: ``ValueError`` for a law there is not.
    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        counters: Counter[str] | None = None,
        law: str = LAWS[0],
        clocks: Callable[[], tuple[int, int]] = both_clocks,
        clock: Callable[[], int] = now_ns,
        because: Callable[[Text], None] = nobody,
    ) -> None:
        if law not in LAWS:
            raise ValueError(f"the gain law is '{law}'; it can be {' or '.join(LAWS)}")
        self.counters = Counter() if counters is None else counters
        self._clocks = clocks
        self._clock = clock
        self._console = Console(clock, because)
        self._busses = Busses()
        self._kept: list[tuple[tuple[object, ...], Moment]] = []
        self._player = Player(instrument, self.counters, self._console, law)
        self._methods: dict[str, Callable[[OscMessage, Moment], list[OscReply]]] = {
            "/dirt/play": self._play,
            "/play2": self._play,
            "/play": self._play,
            "/dirt/handshake": self._handshake,
            "/dirt/hello": self._hello,
            "/dirt/synth-info": self._synth_info,
            "/dirt/setControlBus": self._bus,
            "/c_set": self._bus,
            "/bus": self._bus,
            "/foxdot_midi": self._foxdot,
            "/dirt/gain_law": self._gain_law,
        }
        self.addresses = frozenset(self._methods)

    def handle(self, message: OscMessage, peer: Peer, arrival_ns: int, when: Due) -> list[OscReply]:
        """Do what a message to one of ``addresses`` asks; its answer, if it has one. Never sleeps,
        and raises for nothing that a message may hold."""
        self.poll(arrival_ns)
        method = self._methods["/" + message.address.removeprefix("/")]
        return method(message, Moment.of(arrival_ns, when))

    def poll(self, at_ns: int | None = None) -> None:
        """Play what was kept for its control busses. Call 30 times a second."""
        if not self._kept:
            return
        until_ns = (self._clock() if at_ns is None else at_ns) - _KEEP_NS
        ripe = [kept for kept in self._kept if kept[1].arrival_ns < until_ns]
        self._kept = [kept for kept in self._kept if kept[1].arrival_ns >= until_ns]
        for args, moment in ripe:
            self._read(args, moment)

    def _play(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        """Key value pairs, or the first Dirt's places; with or without a stamp before them."""
        self.counters["dirt_events"] += 1
        args = message.args
        if (unix_ns := stamp_ns(args)) is not None:
            args, moment = args[2:], self._stamped(unix_ns, moment) if unix_ns else moment
        if args and not isinstance(args[0], str):
            args = tuple(as_pairs(args))
        if PANIC in args:
            self._kept.clear()
        if has_bus(args) and moment.lead_ns >= _KEEP_LEAD_NS:
            self._kept.append((args, moment))
            self._console.because(lambda: "waits 2 ms for its control bus")
        else:
            self._read(args, moment)
        return []

    def _read(self, args: tuple[object, ...], moment: Moment) -> None:
        reading = read(args, lambda name: self._busses.value(name, moment.ns))
        self.counters["dirt_bad_values"] += reading.bad
        self._tell("dirt_unknown_keys", reading.unknown, unknown_key)
        self._tell("dirt_absent_keys", reading.absent, lambda key: f"{key}: not done here")
        self._player.play(reading.values, moment.lagged(reading.values))

    def _stamped(self, unix_ns: int, moment: Moment) -> Moment:
        when = due(unix_ns, *self._clocks())
        if when.late_ns and not when.stale:
            self.counters["late"] += 1
        if when.clock_problem:
            self.counters["clock_problem"] += 1
        return Moment.of(moment.arrival_ns, when)

    def _tell(self, counter: str, keys: list[str], text: Callable[[str], str]) -> None:
        self.counters[counter] += len(keys)
        for key in keys:
            self._console.once(key, partial(text, key))

    def _handshake(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        """Every bus is told as itself: Tidal 1.7 sends the values of bus 1 to bus 1 whatever we
        hand out, and only the events' mapped."""
        where = ["&serverHostname", HOST, "&serverPort", PORT, "&controlBusIndices"]
        return [OscReply("/dirt/handshake/reply", [*where, *range(HANDED_OUT)])]

    def _hello(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        return [OscReply("/dirt/hello/reply")]

    def _synth_info(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        """The name alone: its controls would follow, and there is no synth here that has any."""
        name = message.args[0] if message.args else ""
        return [OscReply("/dirt/synth-info/reply", [name if isinstance(name, str) else ""])]

    def _bus(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        read_pairs = self._busses.set(message.args, moment.ns)
        self.counters["dirt_bus_values"] += read_pairs
        self.counters["dirt_bad_values"] += (len(message.args) + 1) // 2 - read_pairs
        return []

    def _foxdot(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        """``name note velocity sustain channel nudge`` of FoxDot's ``MidiOut``: drums, on the
        channel that General MIDI keeps for them."""
        _, note, level, _, channel, *_ = (*message.args, *(None,) * 5)
        height, force, which = number(note), number(level), number(channel)
        if height is None or force is None or not 0 <= height < 128 or which is None:
            self.counters["dirt_bad_values"] += 1
        elif which != _DRUM_CHANNEL:
            text = f"MidiOut's channel {which:g} is not played; drums are channel={_DRUM_CHANNEL}"
            self._console.once(f"channel {which:g}", lambda: text)
        elif force > 0:
            self.counters["dirt_events"] += 1
            self._player.stroke(int(height), min(force / _MIDI_MOST, 1.0), moment)
        return []

    def _gain_law(self, message: OscMessage, moment: Moment) -> list[OscReply]:
        law = message.args[0] if message.args else None
        if law in LAWS:
            self._player.law = str(law)
        else:
            text = f"/dirt/gain_law takes {' or '.join(LAWS)}"
            self._console.once("gain_law", lambda: text)
        return []
