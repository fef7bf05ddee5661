"""The real-time side: numba code that the audio callback runs. No I/O, no locks, no Python objects."""
