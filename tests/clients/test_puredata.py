"""Pure Data opens the example's patch, and what its sliders are sent comes out as OSC."""

import shutil
import subprocess
import time

import pytest
from readme import REPO

pytestmark = pytest.mark.clients


def test_the_patch_strikes_turns_and_names_pads(play, tmp_path):
    pd = shutil.which("pd")
    if not pd:
        pytest.skip("no pd here: on Debian 'apt install puredata-core'")
    playing = play("default", "--generator", "frozen", "--audio", "null")
    patch = tmp_path / "astrodrum.pd"
    text = (REPO / "examples" / "puredata" / "astrodrum.pd").read_text()
    patch.write_text(text.replace("57130", str(playing.port)))
    sent = ["kick 0.9", "kick 0", "snare 0.5", "radius 1.5", "any_pad list hat_closed 0.25"]
    options = [part for message in sent for part in ("-send", message)]
    process = subprocess.Popen(
        [pd, "-nogui", "-noaudio", "-nomidi", "-stderr", "-open", str(patch), *options],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(2.0)
    process.terminate()
    said = process.communicate()[1]
    take = playing.stop()
    assert "error" not in said
    assert "couldn't create" not in said
    assert [row["pad"] for row in take.hits] == ["kick", "snare", "hat_closed"], said
    assert float(take.hits[2]["velocity"]) == pytest.approx(0.25, abs=0.001)
