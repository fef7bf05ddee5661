"""How the process that plays shares the processor, with others and among its own threads."""

SWITCH_S = 0.0005  # Python's thread switch interval: its default of 5 ms is MIDI jitter
