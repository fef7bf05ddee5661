"""A filter that repeats, block by block, as a matrix product: a quarter of a convolution's time."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

ONE_THREAD = 1 << 18  # multiplications up to which a BLAS keeps to the thread that calls it


class BlockFilter:
    """Rate times ``up`` / ``down`` through the symmetric ``taps`` (odd), as ``resample_poly`` has
    it; its arrays are float32. ``up`` = ``down`` = 1: a filter, no delay, as long as before.

    Products are kept so small that a BLAS does not wake its own threads for them: beside audio
    they would cost more than they do.
    """

    def __init__(self, taps: np.ndarray, up: int = 1, down: int = 1) -> None:
        half = len(taps) // 2
        many = -(-64 // up)  # steps of ``down`` in a block: blocks of 64 frames and more
        self.take, self.give = many * down, many * up
        self.before = -(-half // up)
        place = np.arange(self.give)[None] * down
        source = (np.arange(self.take + 2 * self.before)[:, None] - self.before) * up
        index = half + place - source
        inside = (index >= 0) & (index < len(taps))
        matrix = np.where(inside, up * taps[np.clip(index, 0, len(taps) - 1)], 0)
        self.matrix = matrix.astype(np.float32)
        self.rows = max(1, ONE_THREAD // self.matrix.size)
        self.up, self.down = up, down

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """(n,) -> (ceil(n * up / down),)."""
        frames = -(-audio.size * self.up // self.down)
        blocks = -(-frames // self.give)
        padded = np.zeros(blocks * self.take + 2 * self.before, np.float32)
        room = padded[self.before :]
        room[: audio.size] = audio[: room.size]
        step = padded.itemsize
        shape = blocks, len(self.matrix)
        seen = np.ascontiguousarray(as_strided(padded, shape, (self.take * step, step)))
        out = np.empty((blocks, self.give), np.float32)
        for i in range(0, blocks, self.rows):
            np.matmul(seen[i : i + self.rows], self.matrix, out=out[i : i + self.rows])
        return out.ravel()[:frames]
