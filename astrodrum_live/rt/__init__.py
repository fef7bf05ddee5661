"""The real-time side: what the audio callback runs, in numba. No I/O, no locks, no Python objects."""
