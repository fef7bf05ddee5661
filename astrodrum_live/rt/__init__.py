"""The real-time side: what the audio callback runs. No I/O, no locks, no Python objects."""
