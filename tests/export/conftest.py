"""Exports of a kit of three pads, made by the tiny model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from astrodrum_live.cli.main import app

# Notes by place: 36 is the kick. A kick that is quiet and to the left, and two hats.
SMALL = """version = 1
name = "Small kit"
author = "A & B"
license = "CC0 <1.0>"
[master]
gain_db = -1.0
[midi]
map = "pads36"
[[pad]]
name = "kick"
class = "kick"
seed = 3
gain_db = -5.0
pan = -0.5
level_db = -20.0
[[pad]]
name = "hat_closed"
class = "hat_closed"
seed = 4
choke_group = "hat"
choke_fade_ms = 8.0
curve = 1.0
floor = 0.5
[[pad]]
name = "hat_open"
class = "hat_open"
seed = 5
pitch_st = -12.0
choke_group = "hat"
choke_fade_ms = 40.0
"""

Export = Callable[..., Path]


@pytest.fixture
def small(kit) -> Path:
    """The file of the small kit."""
    return kit("small", SMALL)


@pytest.fixture
def export(small, tmp_path) -> Export:
    """Runs the verb on the small kit; the folder it made. ``export.report`` is what it said."""

    def run(format_: str, count: int, *more: object, folder: str = "out", source=None) -> Path:
        out = tmp_path / folder
        words = ["export", source or small, "--format", format_, "--count", count, "-o", out]
        done = CliRunner().invoke(app, [str(word) for word in (*words, "--json", *more)])
        assert done.exit_code == 0, done.output
        run.report = json.loads(done.stdout)
        return out

    return run
