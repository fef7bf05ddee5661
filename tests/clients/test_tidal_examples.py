"""The boot files and patterns of examples/tidal, by Tidal itself, into our OSC port."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from astrodrum_live.control.events import Hit, Panic, SetOrbit
from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.silent_instrument import SilentInstrument

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "tidal"
CYCLE_S = 1 / 0.5625
PATIENCE_S = 60

pytestmark = pytest.mark.clients


class Ears(SilentInstrument):
    """An instrument that remembers what it was to play."""

    def __init__(self):
        super().__init__(load_patch(find_patch("default")))
        self.posted = []

    def post(self, event, arrival_ns, due_ns=None):
        self.posted.append((event, arrival_ns, due_ns))

    def classes(self):
        return ("kick", "snare", "e_snare")


@pytest.fixture
def ears():
    return Ears()


@pytest.fixture
def server(ears):
    server = OscServer(ears, "127.0.0.1:0")
    yield server
    server.close()


@pytest.fixture
def tidal(tmp_path, server):
    """Boots by an example, at our port, says lines, and waits so many cycles after each."""

    def run(boot, *lines, cycles=1.5):
        if not shutil.which("ghci"):
            pytest.skip("ghci is not installed")
        text = (EXAMPLES / boot).read_text().replace("57130", str(server.address[1]))
        wait = f"threadDelay {round(cycles * CYCLE_S * 1e6)}"
        script = [text, "import Control.Concurrent (threadDelay)"]
        script += [part for line in lines for part in (line, wait)]
        path = tmp_path / "session.ghci"
        path.write_text("\n".join(script) + "\n")
        command = ["ghci", "-ignore-dot-ghci", "-ghci-script", str(path)]
        done = subprocess.run(
            command, input="", capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if "Could not find module" in done.stderr:
            pytest.skip("ghci has no Tidal")
        assert not re.search(r"error|exception", done.stderr, re.IGNORECASE), done.stderr
        time.sleep(0.3)

    return run


def patterns():
    """The lines of patterns.tidal that are not comments."""
    lines = (EXAMPLES / "patterns.tidal").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("--")]


def test_the_patterns_all_play_and_no_key_or_sound_is_unknown(tidal, server, ears):
    tidal("BootTidal.hs", *patterns())
    counters = server.routes.counters
    strange = ("dirt_unknown_keys", "dirt_absent_keys", "dirt_bad_values", "dirt_unknown_sounds")
    assert [counters[name] for name in strange] == [0, 0, 0, 0]
    hits = [event for event, _, _ in ears.posted if isinstance(event, Hit)]
    rows = {name for hit in hits for name, _ in hit.params}
    wanted = {"pan", "brightness", "decay", "tuning", "z1", "morph", "morph_to", "cut", "orbit"}
    assert wanted | {"speed", "hold", "release", "crush", "cutoff"} <= rows
    assert {5, 7, 12345, None} <= {hit.number for hit in hits}
    effects = {event.param for event, _, _ in ears.posted if isinstance(event, SetOrbit)}
    assert {"room", "size", "delay", "delaytime", "lock"} <= effects
    assert ears.posted[-1][0] == Panic()
    leads = [due_ns - arrival_ns for event, arrival_ns, due_ns in ears.posted if due_ns]
    assert min(leads) > 100e6


def test_beside_superdirt_only_what_names_a_pad_is_ours(tidal, server, ears):
    tidal(
        "BootTidal-beside-SuperDirt.hs",
        'd1 $ s "superpiano*2"',
        'd2 $ pad "kick:3*4" # bright 0.9',
        "hush",
    )
    hits = [event for event, _, _ in ears.posted if isinstance(event, Hit)]
    assert hits
    assert {(hit.pad, hit.number) for hit in hits} == {(0, 3)}
    assert server.routes.counters["dirt_unknown_sounds"] == 0
