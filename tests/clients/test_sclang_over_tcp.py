"""The real sclang over TCP, to a server with no sound behind it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from astrodrum_live.control.events import Hit
from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.silent_instrument import SilentInstrument

pytestmark = pytest.mark.clients
HERE = Path(__file__).parent


class Listening(SilentInstrument):
    """Remembers what is posted, and how far ahead of its due time it came, in s."""

    def __init__(self) -> None:
        super().__init__(load_patch(find_patch("default")))
        self.posted = []

    def post(self, event, arrival_ns, due_ns=None):
        self.posted.append((event, None if due_ns is None else (due_ns - arrival_ns) / 1e9))


def test_sclang_plays_and_is_answered_over_tcp(tmp_path):
    sclang = shutil.which("sclang")
    if not sclang:
        pytest.skip("sclang is not installed; 'make test-clients' as root installs it")
    instrument = Listening()
    server = OscServer(instrument, "127.0.0.1:0")
    environment = {
        **os.environ,
        "ASTRODRUM_PORT": str(server.address[1]),
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",  # sclang as root will not start without it
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sclang, str(HERE / "tcp.scd")], env=environment, capture_output=True, text=True, timeout=60
    )
    server.close()
    assert "ANSWERED 42" in done.stdout, done.stdout[-2000:]
    (kick, live), (snare, lead_s) = instrument.posted
    assert (kick, live) == (Hit(0, 0.5), None)
    assert snare == Hit(1, 0.25)
    assert lead_s == pytest.approx(0.2, abs=0.02)
