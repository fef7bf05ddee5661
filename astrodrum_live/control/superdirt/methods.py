"""What ``/help`` says of the addresses that SuperDirt's senders know."""

from astrodrum_live.control.osc.space import Method

DIRT_METHODS: tuple[Method, ...] = (
    Method("dirt/play", "ss", "an event of Tidal's or Strudel's: key value ..."),
    Method("play2", "ss", "the same, as the first Dirt has it"),
    Method("play", "fs", "an event of the first Dirt's: its values in their order"),
    Method("dirt/handshake", "", "answers with the control busses there are"),
    Method("dirt/hello", "", "answers /dirt/hello/reply"),
    Method("dirt/synth-info", "s", "answers with the name; no synth here tells its controls"),
    Method("dirt/setControlBus", "if", "bus value ...: values that events ask for as c0 to c1023"),
    Method("c_set", "if", "the same, as scsynth has it", 0, 1023),
    Method("bus", "if", "the same, as Tidal 1.7 has it", 0, 1023),
    Method("foxdot_midi", "sffffs", "name note velocity sustain channel nudge of FoxDot's MidiOut"),
    Method("dirt/gain_law", "s", "how gain becomes loudness: dirt or linear"),
)
