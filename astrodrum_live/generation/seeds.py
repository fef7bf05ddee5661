"""Names for hits: every one has a 64-bit seed, from which it can be made again."""

FOLDER = 0  # the session of a pad's endless folder: the same hits in every session

_DRIFT = (1 << 63) + 1  # a session that no session's 32-bit seed is

_LAYER_BIT = 40  # no layer has a 2^40th hit

_MASK = (1 << 64) - 1


def hit_seed(pad_seed: int, session: int, number: int) -> int:
    """The seed of hit ``number`` of a pad in a session, 0..2^64-1.

    SplitMix64 (Steele, Lea, Flood 2014) over the three, so that neighbours share nothing.
    """
    state = 0
    for word in (pad_seed, session, number):
        state = _splitmix((state ^ word) & _MASK)
    return state


def layer_number(layer: int, count: int) -> int:
    """The number of hit ``count`` of a pad's layer: no two layers share one, nor does a layer with
    the numbers below 2^40, of hits that are made for no layer."""
    return ((layer + 1) << _LAYER_BIT) + count


def folder_number(number: int) -> int:
    """Which hit of a pad's endless folder any whole number means: it has 2^40, and goes round."""
    return number % (1 << _LAYER_BIT)


def drawn_number(session: int, pad: int, count: int) -> int:
    """The hit of its endless folder that a pad plays as the session's fresh hit ``count`` made to
    order: any of 2^40, and by its number it can be had again."""
    return hit_seed(session, pad, count) >> (64 - _LAYER_BIT)


def excursion_seed(pad_seed: int, excursion: int) -> int:
    """The seed of the place that a drifting pad's excursion leads to."""
    return hit_seed(pad_seed, _DRIFT, excursion)


def _splitmix(state: int) -> int:
    state = (state + 0x9E3779B97F4A7C15) & _MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)
