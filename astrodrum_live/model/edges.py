"""The ends of a slice: every hit, heard in training or made after it, rises and falls alike."""

import numpy as np

ONSET_FRAMES = 16  # 0.36 ms at 44.1 kHz: kept before a hit's onset
ONSET_DB = -34.0  # under the peak: where a hit begins; the threshold drums_v1 was cut at
PEAK = 10 ** (-1 / 20)  # -1 dBFS


def slice_edges(frames: int) -> np.ndarray:
    """Gains in [0, 1], float32 (frames,): a rise of 16 frames and a fall of an eighth of the slice.

    Both are raised cosines. A hit that is shorter than the slice is not changed by the fall; a
    longer one, a cymbal for one, ends without a click.
    """
    edges = np.ones(frames, dtype=np.float32)
    fall_frames = frames // 8
    rise = (np.arange(ONSET_FRAMES) + 0.5) / ONSET_FRAMES
    fall = (np.arange(fall_frames) + 0.5) / fall_frames
    edges[:ONSET_FRAMES] = 0.5 - 0.5 * np.cos(np.pi * rise)
    edges[-fall_frames:] = 0.5 + 0.5 * np.cos(np.pi * fall)
    return edges
