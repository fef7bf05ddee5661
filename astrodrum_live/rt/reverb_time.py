"""How long a room rings. Plain Python, which the callback compiles."""

SHORTEST_S, LONGEST_S = 0.25, 8.0  # to fall by 60 dB, at size 0 and 1


def decay_s(size: float) -> float:
    """Seconds in which the reverberation of a size 0..1 falls by 60 dB.

    Thread: any. Realtime-safe: yes.
    """
    return SHORTEST_S * (LONGEST_S / SHORTEST_S) ** size
