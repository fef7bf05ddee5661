"""A song of one pattern for Hydrogen, played by ``h2cli`` to a WAV file."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import soundfile

QUARTER = 48  # ticks
SONG = {
    "version": "1.2.0", "bpm": 120, "volume": 1, "metronomeVolume": 0, "name": "t", "author": "",
    "notes": "", "license": "", "loopEnabled": "false", "patternModeMode": "true",
    "playbackTrackFilename": "", "playbackTrackEnabled": "false", "playbackTrackVolume": 0,
    "action_mode": 0, "mode": "song", "pan_law_type": "RATIO_STRAIGHT_POLYGONAL",
    "pan_law_k_norm": 1.33333, "humanize_time": 0, "humanize_velocity": 0, "swing_factor": 0,
}  # fmt: skip
WHOLE = {
    "ismodified": "false", "smode": "forward", "startframe": 0, "loopframe": 0, "loops": 0,
    "endframe": 0, "userubber": 0, "rubberdivider": 1, "rubberCsettings": 4, "rubberPitch": 1,
}  # fmt: skip
NOTE = {"leadlag": 0, "pan": 0, "pitch": 0, "probability": 1, "key": "C0", "length": -1}


class Hydrogen:
    """The program with a home of its own. Skips the test where it is not installed."""

    def __init__(self, home: Path) -> None:
        self._program = shutil.which("h2cli")
        if not self._program:
            pytest.skip("h2cli is not installed; 'make test-clients' as root installs hydrogen")
        self._home = home
        self._environment = {
            **os.environ,
            "HOME": str(home),
            "QT_QPA_PLATFORM": "offscreen",
            "JACK_NO_START_SERVER": "1",
        }

    def run(self, *words: object) -> subprocess.CompletedProcess:
        """``h2cli`` with ``words``."""
        return subprocess.run(
            [self._program, *map(str, words)],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def play(self, kit: Path, notes: list[tuple[int, int, float]]) -> np.ndarray:
        """Two seconds of ``(tick, instrument, velocity)`` at 120 to the minute, (n, 2), 48 kHz."""
        song, sound = self._home / "song.h2song", self._home / "song.wav"
        song.write_bytes(song_xml(kit, notes))
        done = self.run("-s", song, "-o", sound, "-d", "auto", "-r", 48000, "-b", 24)
        assert sound.exists(), done.stdout[-1000:]
        return soundfile.read(sound)[0]


def song_xml(kit: Path, notes: list[tuple[int, int, float]]) -> bytes:
    """A song that plays ``notes`` on the drumkit in the folder ``kit``."""
    drumkit = ET.parse(kit / "drumkit.xml").getroot()
    for element in drumkit.iter():
        element.tag = element.tag.rpartition("}")[2]
    song = ET.Element("song")
    _add(song, SONG)
    song.append(drumkit.find("componentList"))
    song.append(drumkit.find("instrumentList"))
    for layer in song.iter("layer"):
        filename = layer.find("filename")
        filename.text = str(kit / filename.text)
        _add(layer, WHOLE)
    pattern = ET.SubElement(ET.SubElement(song, "patternList"), "pattern")
    _add(pattern, {"name": "p", "category": "", "size": 4 * QUARTER, "denominator": 4, "info": ""})
    written = ET.SubElement(pattern, "noteList")
    for tick, instrument, velocity in notes:
        own = {"position": tick, "velocity": velocity, "instrument": instrument}
        _add(ET.SubElement(written, "note"), {**own, **NOTE, "note_off": "false"})
    sequence = ET.SubElement(ET.SubElement(song, "patternSequence"), "group")
    _add(sequence, {"patternID": "p"})
    return ET.tostring(song, "UTF-8", xml_declaration=True)


def _add(parent: ET.Element, values: dict[str, object]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)
