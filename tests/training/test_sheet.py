"""The sheet draws whatever hits there are, of any length and number."""

from pathlib import Path

import numpy as np
from tiny_runs import RATE, hat, kick

from astrodrum_live.training.sheet import draw_sheet


def test_the_sheet_is_a_picture_of_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    short = np.stack([kick(0), kick(1)]), hat(0)[None]
    draw_sheet(path, short, short[::-1], ("kick", "hat"), RATE)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
