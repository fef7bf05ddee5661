"""A Dirt-Samples folder by SuperDirt's rule, a map by Strudel's; a pad's pitch in its samples."""

import json

import numpy as np
import pytest
import soundfile
from kit_files import provenance

from astrodrum_live.export.exporting import baked
from astrodrum_live.generation.loudness import PEAK_LIMIT_DB
from astrodrum_live.units import db_to_gain


def superdirt_sound(folder, name: str, number: int):
    """``DirtSoundLibrary``: a folder is a sound, its files in the order of names, around."""
    files = sorted(path for path in (folder / name).iterdir() if path.suffix == ".wav")
    return files[number % len(files)]


def strudel_urls(text: str, loaded_from: str) -> dict[str, list[str]]:
    """``samples`` and ``processSampleMap`` of Strudel's ``sampler.mjs``, for arrays and text."""
    sounds = json.loads(text)
    base = sounds["_base"] or "/".join(loaded_from.split("/")[:-1])
    values = {key: [value] if isinstance(value, str) else value for key, value in sounds.items()}
    assert all(isinstance(value, list) for value in values.values())
    return {key: [base + path for path in value] for key, value in values.items()}


def test_a_sounds_number_is_its_place_among_sorted_names(export):
    folder = export("dirt", 12)
    names = [path.name for path in sorted(folder.iterdir()) if path.is_dir()]
    assert names == ["hat_closed", "hat_open", "kick"]
    for row in provenance(folder):
        found = superdirt_sound(folder, row["pad"], int(row["number"]))
        assert found == folder / row["file"]
        assert found == superdirt_sound(folder, row["pad"], int(row["number"]) + 12)
    assert superdirt_sound(folder, "kick", 10).name == "kick_0010.wav"


def test_strudel_finds_every_file_wherever_the_folder_is_served(export):
    folder = export("dirt", 2)
    text = (folder / "strudel.json").read_text()
    urls = strudel_urls(text, "https://example.org/kits/mine/strudel.json")
    del urls["_base"]
    assert set(urls) == {"kick", "hat_closed", "hat_open"}
    for name, found in urls.items():
        paths = [url.removeprefix("https://example.org/kits/mine/") for url in found]
        assert [folder / path for path in paths] == sorted((folder / name).iterdir())


def test_an_octave_down_is_twice_as_long(export):
    dirt, plain = export("dirt", 1), export("wav", 1, folder="wav")
    frames = {
        folder.name: [soundfile.info(path).frames for path in sorted(folder.rglob("hat_open_*"))]
        for folder in (dirt, plain)
    }
    longest = max(frames["wav"])
    assert frames["out"][0] == pytest.approx(2 * longest, rel=0.02)


def test_a_pad_as_it_is_leaves_its_hits_alone():
    hit = np.array([0.1, -0.5, 0.2], np.float32)
    assert baked(hit, 0.0, 0.0) is hit
    np.testing.assert_allclose(baked(hit, -6.0, 0.0), hit * db_to_gain(-6.0), rtol=1e-6)


def test_gain_stops_where_a_peak_would_clip():
    hit = np.array([0.1, -0.5, 0.2], np.float32)
    loud = baked(hit, 12.0, 0.0)
    assert np.abs(loud).max() == pytest.approx(db_to_gain(PEAK_LIMIT_DB), rel=1e-6)


@pytest.mark.parametrize("semitones", [-24.0, -5.0, 0.3, 7.0, 24.0])
def test_a_tone_is_moved_by_its_pads_pitch(semitones):
    rate, tone = 48000, 1000.0
    hit = np.sin(2 * np.pi * tone * np.arange(rate) / rate).astype(np.float32) * 0.5
    moved = baked(hit, 0.0, semitones)
    spectrum = np.abs(np.fft.rfft(moved * np.hanning(moved.size), 1 << 20))
    found = np.argmax(spectrum) * rate / (1 << 20)
    assert 1200 * np.log2(found / tone) == pytest.approx(100 * semitones, abs=1.0)
