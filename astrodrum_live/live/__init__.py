"""The wiring: engine, generator, MIDI, OSC and patch put together, live or offline."""
