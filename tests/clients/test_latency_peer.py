"""The latency lab beside SuperCollider's server, on one JACK graph."""

import json
import subprocess
import sys
from shutil import which

import pytest

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("by", ["osc", "tagged"])
def test_every_stroke_on_both_is_found(jack, tmp_path, by):
    if which("scsynth") is None:
        pytest.skip("no scsynth here: on Debian 'apt install supercollider-server'")
    report = tmp_path / "late.json"
    command = [sys.executable, "-m", "astrodrum_live.cli", "latency", "--timing", "soonest"]
    command += ["--by", by, "--peer", "scsynth", "--seconds", "2", "--json", str(report)]
    done = subprocess.run(command, env=jack, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    ours, peer = json.loads(report.read_text())["results"]
    assert (ours["name"], peer["name"]) == ("soonest", "scsynth")
    assert ours["troubles"] == peer["troubles"] == []
    assert ours["time_tagged"] == (by == "tagged")
    assert "soonest, times scsynth's:" in done.stdout
