"""The example that builds a control surface, against a live server."""

import json
import subprocess
from pathlib import Path

import pytest

from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "surface" / "open_stage_control.py"


@pytest.fixture
def server(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    yield server
    server.close()


def build(python, address):
    command = [python, str(SCRIPT), f"{address[0]}:{address[1]}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_surface_is_built_from_help_alone(server, instrument, python):
    done = build(python, server.address)
    assert done.returncode == 0, done.stderr
    surface = json.loads(done.stdout)
    assert surface["type"] == "session"
    tabs = {tab["label"]: tab["widgets"] for tab in surface["content"]["tabs"]}
    pads = instrument.patch.pad_names()
    assert list(tabs) == ["pads", "master", *pads]
    assert [widget["address"] for widget in tabs["pads"]] == [f"/hit/{pad}" for pad in pads]
    assert all(widget["mode"] == "push" and widget["off"] == 0 for widget in tabs["pads"])
    for rows, prefix, widgets in [
        (MASTER_PARAMS, "/master", tabs["master"]),
        *((PAD_PARAMS, f"/p/{pad}", tabs[pad]) for pad in pads),
    ]:
        assert [widget["address"] for widget in widgets] == [f"{prefix}/{r.name}" for r in rows]
        for widget, row in zip(widgets, rows, strict=True):
            assert widget["range"]["min"] == pytest.approx(row.low, rel=1e-6)
            assert widget["range"]["max"] == pytest.approx(row.high, rel=1e-6)
            assert widget["default"] == pytest.approx(row.default, rel=1e-6)
            assert widget["typeTags"] == ("i" if row.integer else "f")


def test_where_nobody_answers_it_says_so(server, python):
    address = server.address
    server.close()
    done = build(python, address)
    assert done.returncode == 1
    assert "no AstroDrum answers" in done.stderr
    assert done.stdout == ""
