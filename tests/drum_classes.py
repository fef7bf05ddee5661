"""Magenta's nine classes of drums: of the notes of the Groove MIDI Dataset, and of our pads."""

# Every note of the 446,312 hits of the dataset, and its class of ROLAND_DRUM_PITCH_CLASSES.
CLASS_OF_NOTE = {
    36: "kick", 38: "snare", 37: "snare", 40: "snare", 42: "hat_closed", 22: "hat_closed",
    44: "hat_closed", 46: "hat_open", 26: "hat_open", 43: "tom_low", 58: "tom_low",
    45: "tom_mid", 47: "tom_mid", 48: "tom_high", 50: "tom_high", 49: "crash", 52: "crash",
    55: "crash", 57: "crash", 51: "ride", 53: "ride", 59: "ride",
}  # fmt: skip

# The pads of the default kit that these notes play.
CLASS_OF_PAD = {
    **{drum: drum for drum in set(CLASS_OF_NOTE.values())},
    "rim": "snare",
    "rimshot": "snare",
    "hat_pedal": "hat_closed",
    "crash_2": "crash",
    "bell": "ride",
}
