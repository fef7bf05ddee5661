"""liblo's oscsend: every type tag it can send, to the real program."""

import shutil
import subprocess
import time

import pytest

from astrodrum_live.client import AstroDrum

pytestmark = pytest.mark.clients

# tags after the pad's name, their values, and how many hits they make
VELOCITIES = [
    ("f", ["0.9"], 1),
    ("d", ["0.9"], 1),
    ("i", ["100"], 1),  # above 1: MIDI's
    ("h", ["100"], 1),
    ("i", ["0"], 0),  # a button that is let go
    ("T", [], 1),
    ("F", [], 0),
    ("N", [], 0),  # nothing is no velocity
    ("m", ["90264000"], 0),
    ("fsf", ["0.9", "pan", "-1"], 1),
    ("fSi", ["0.9", "pitch", "3"], 1),
    ("fsd", ["0.9", "pan", "nan"], 1),  # the hit sounds, the pan is left out
    ("fc", ["0.9", "x"], 1),  # half a pair
    ("fsI", ["0.9", "pan"], 1),  # no number
    ("", [], 1),
]


def test_every_tag_is_understood_or_left_out(play):
    oscsend = shutil.which("oscsend")
    if not oscsend:
        pytest.skip("no oscsend here: on Debian 'apt install liblo-tools'")
    playing = play("default", "--generator", "frozen", "--audio", "null")
    for tags, values, _ in VELOCITIES:
        where = ["127.0.0.1", str(playing.port), "/hit"]
        subprocess.run([oscsend, *where, f"s{tags}", "kick", *values], check=True)
    subprocess.run([oscsend, *where[:2], "/hit/snare", "f", "0.5"], check=True)
    subprocess.run([oscsend, *where[:2], "/p/hat_*/pitch", "f", "-2"], check=True)
    drum = AstroDrum(*where[:1], playing.port)
    time.sleep(0.5)
    assert drum.hat_open.pitch == -2.0
    drum.close()
    take = playing.stop()
    assert len(take.frames("kick")) == sum(hits for _, _, hits in VELOCITIES)
    assert len(take.frames("snare")) == 1
