"""The played log as a file: which hit sounded when."""

from pathlib import Path

import numpy as np


def write_onsets(path: Path, played: np.ndarray, pads: list[str]) -> None:
    """The played log as CSV: ``frame,pad,velocity,seed``, one line per hit.

    ``played``: ``PLAYED`` records. The seed is in hexadecimal, as in file names.
    """
    lines = ["frame,pad,velocity,seed"]
    lines += [
        f"{hit['frame']},{pads[hit['pad']]},{hit['velocity']:.4f},{int(hit['seed']):016x}"
        for hit in played
    ]
    path.write_text("\n".join(lines) + "\n")
