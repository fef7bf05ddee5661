"""The world outside (MIDI, OSC, patches) becomes events for the engine."""
