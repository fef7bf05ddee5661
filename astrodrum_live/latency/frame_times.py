"""When a server has which frame: its blocks' jittering beginnings, made straight."""

import numpy as np

WINDOW_S = 0.5
STALLED_BLOCKS = 4  # so much later than its neighbours a block is no jitter: the server stood still


def frame_times(
    frames: np.ndarray, woken_ns: np.ndarray, rate: int, block: int
) -> tuple[np.ndarray, np.ndarray]:
    """For blocks that begin at ``frames`` (m,) and were woken at ``woken_ns`` (m,): the ns at which
    each frame is had (m,), and the ns at which blocks were lost or the server stood still (k,).

    A block's time is the median of what its neighbours in half a second say, by the nominal rate: a
    server's own filter, JACK's too, takes seconds to be right again after a block was lost.
    """
    offset_ns = woken_ns - frames * 1e9 / rate
    half = min(int(WINDOW_S / 2 * rate / block), (len(frames) - 1) // 2)
    padded = np.pad(offset_ns, half, mode="reflect") if half else offset_ns
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    middle_ns = np.median(windows, axis=1)
    at_ns = frames * 1e9 / rate + middle_ns
    gaps = np.diff(frames, prepend=frames[0] - block) > block
    stalls = np.abs(woken_ns - at_ns) > STALLED_BLOCKS * block * 1e9 / rate
    return at_ns, woken_ns[gaps | stalls]
