"""Strudel, in Node instead of a browser, plays the example page's patterns over its WebSocket."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playing import free_port
from readme import REPO

pytestmark = pytest.mark.clients
PAGE = (REPO / "examples" / "strudel" / "README.md").read_text(encoding="utf-8")
PATTERNS = re.findall(r"^```strudel\n(.*?)^```", PAGE, re.S | re.M)
# What each plays in its first four seconds, two cycles, of which the last may be cut short.
LEAST = [
    {"kick": 6, "snare": 2, "hat_closed": 12},
    {"kick": 3, "snare": 4},
    {"snare": 6},
    {"hat_closed": 24},
]


@pytest.mark.parametrize(
    ("pattern", "least"),
    list(zip(PATTERNS, LEAST, strict=True)),
    ids=["beat", "numbers", "knobs", "effects"],
)
def test_a_pattern_of_the_page_plays(play, tmp_path, pattern, least):
    node, packages = shutil.which("node"), _packages()
    websocket = free_port()
    playing = play(
        "default", "--generator", "frozen", "--audio", "null", "--websocket", str(websocket)
    )
    code = tmp_path / "pattern.js"
    code.write_text(pattern)
    script = Path(__file__).with_name("strudel.mjs")
    done = subprocess.run(
        [node, str(script), str(packages), str(code), "4.5", str(websocket)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    take = playing.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    for pad, hits in least.items():
        assert len(take.frames(pad)) >= hits, done.stdout + done.stderr + take.log


def _packages() -> Path:
    own = os.environ.get("ASTRODRUM_STRUDEL", str(Path(sys.prefix) / "strudel"))
    packages = Path(own) / "node_modules"
    if not shutil.which("node") or not (packages / "@strudel").is_dir():
        pytest.skip("no node with Strudel's packages here: 'make test-clients' gets them by npm")
    return packages
