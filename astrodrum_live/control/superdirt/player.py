"""SuperDirt's events as they reach the instrument: which pads, what hits, which orbits."""

from collections import Counter

from astrodrum_live.control.events import Hit, Panic, SetOrbit
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.patch import class_index
from astrodrum_live.control.superdirt.console import Console, Text
from astrodrum_live.control.superdirt.hits import hit_of, orbit_of
from astrodrum_live.control.superdirt.moment import Moment
from astrodrum_live.control.superdirt.names import GM_SOUNDS, PANIC, RESTS
from astrodrum_live.control.superdirt.orbits import Orbits
from astrodrum_live.control.superdirt.reading import Value, Values, hit_number, sound_of
from astrodrum_live.control.superdirt.sounds import Sounds

_MIDDLE_C = 60
_FAR = 128.0


class Player:
    """Posts events to ``instrument``, counts them, and tells ``console`` what it cannot play.

    ``law``: a row of ``loudness.LAWS``. Thread: one at a time. Realtime-safe: no.
    """

    def __init__(
        self, instrument: Instrument, counters: Counter[str], console: Console, law: str
    ) -> None:
        self.law = law
        self._instrument, self._counters, self._console = instrument, counters, console
        self._orbits = Orbits(instrument.patch.orbits, instrument.orbit_value)
        self._sounds = Sounds(instrument.patch)

    def play(self, values: dict[str, Value], moment: Moment) -> None:
        """One event."""
        name, written = sound_of(values)
        number = hit_number(values, written)
        if name.lower() == PANIC:  # at arrival, whatever its time tag says
            self._instrument.post(Panic(), moment.arrival_ns, None)
        elif name in RESTS:
            self._counters["dirt_rests"] += 1
            self._console.because(lambda: "a rest")
        elif name in GM_SOUNDS:
            shift = values.pop("note", values.pop("n", 0.0))
            height = min(max(shift, -_FAR), _FAR) if isinstance(shift, float) else 0.0
            for pad in self._note_pads(_MIDDLE_C + int(height)):
                self._strike(pad, None, values, moment)
        else:
            self._named(name, number, values, moment)

    def stroke(self, note: int, velocity: float, moment: Moment) -> None:
        """A MIDI drum note 0..127 with a velocity in (0, 1], as from a port."""
        for pad in self._note_pads(note):
            if moment.stale:
                self._late(moment)
            else:
                self._counters["dirt_hits"] += 1
                self._instrument.post(Hit(pad, velocity), moment.arrival_ns, moment.due_ns)

    def _note_pads(self, note: int) -> tuple[int, ...]:
        """The pads that the kit's map gives a General MIDI drum."""
        pads = self._current_sounds().note(note)
        if not pads:
            self._unknown(f"note {note}", lambda: f"no pad of this kit plays MIDI note {note}")
        return pads

    def _named(
        self, name: str, number: int | None, values: dict[str, Value], moment: Moment
    ) -> None:
        sounds = self._current_sounds()
        pad = sounds.pad(name, str(values.get("bank", "")), number or 0)
        if pad is None:
            self._unknown(name, lambda: sounds.unknown(name))
        else:
            self._strike(pad, number, values, moment)

    def _strike(
        self, pad: int, number: int | None, values: dict[str, Value], moment: Moment
    ) -> None:
        self._name_class(values)
        self._turn(orbit_of(values, self._instrument.value(pad, "orbit")), values, moment)
        hit = hit_of(pad, values, number, self.law, self._instrument.value(pad, "pitch"))
        if hit is None:
            self._counters["dirt_silent"] += 1
            self._console.because(lambda: "silent")
        elif moment.stale:
            self._late(moment)
        else:
            self._counters["dirt_hits"] += 1
            self._instrument.post(hit, moment.arrival_ns, moment.due_ns)

    def _turn(self, orbit: int, values: Values, moment: Moment) -> None:
        for row, value, when_ns in self._orbits.turns(orbit, values, moment.ns):
            due_ns = moment.due_ns if when_ns == moment.ns else when_ns
            self._instrument.post(SetOrbit(orbit, row, value), moment.arrival_ns, due_ns)

    def _name_class(self, values: dict[str, Value]) -> None:
        """``morph_to`` by a class's name becomes its number, or is told and left out."""
        name = values.get("morph_to")
        if not isinstance(name, str):
            return
        try:
            values["morph_to"] = float(class_index(name, self._instrument.classes()))
        except KeyError as error:
            del values["morph_to"]
            text = str(error.args[0])
            self._console.once(f"morph_to {name}", lambda: f"morph_to: {text}")

    def _late(self, moment: Moment) -> None:
        self._counters["dropped_late"] += 1
        late_ms = moment.late_ns // 1_000_000
        text = f"a hit is {late_ms} ms late, dropped; raise the sender's latency, or set its clock"
        self._console.seldom("late", lambda: text)

    def _unknown(self, name: str, text: Text) -> None:
        self._counters["dirt_unknown_sounds"] += 1
        self._console.sound(name, text)

    def _current_sounds(self) -> Sounds:
        if self._instrument.patch is not self._sounds.patch:
            self._sounds = Sounds(self._instrument.patch)
            self._orbits = Orbits(self._instrument.patch.orbits, self._instrument.orbit_value)
            self._console.forget_sounds()
        return self._sounds
