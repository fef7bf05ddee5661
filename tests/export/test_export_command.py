"""``astrodrum export``: the hits of ``astrodrum hits``, whole or not at all."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
import soundfile
from kit_files import COMMAND, bytes_of, provenance
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.export.formats import FORMATS
from astrodrum_live.generation.loudness import PEAK_LIMIT_DB, loudness
from astrodrum_live.layers import LAYERS
from astrodrum_live.units import gain_to_db


@pytest.fixture
def refused(small, tmp_path):
    """An export that must be refused; the line it gives, and nothing is left."""

    def run(*words: object, out="new", source=None) -> str:
        before = bytes_of(tmp_path)
        arguments = ["export", source or small, "-o", tmp_path / out, *words]
        done = CliRunner().invoke(app, [str(word) for word in arguments])
        assert done.exit_code == 2, done.output
        assert bytes_of(tmp_path) == before
        return done.stderr.strip().splitlines()[-1].removeprefix("astrodrum: ")

    return run


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_seed_gives_the_same_files_and_another_other_hits(export, format_):
    same = [bytes_of(export(format_, 2, "--seed", 4, folder=name)) for name in "ab"]
    assert same[0] == same[1]
    other = bytes_of(export(format_, 2, "--seed", 5, folder="c"))
    assert same[0].keys() == other.keys()
    samples = [name for name in other if name.endswith(".wav")]
    assert len(samples) >= 6
    assert all(same[0][name] != other[name] for name in samples)


@pytest.mark.parametrize("bits", [16, 24])
def test_samples_are_the_files_of_hits_bit_for_bit(export, small, tmp_path, bits):
    folder = export("wav", 3, "--bits", bits, "--seed", 7, "--pad", "kick")
    rows = provenance(folder)
    assert len(rows) == 3 * LAYERS
    for velocity in sorted({row["made_for"] for row in rows}):
        own = [row for row in rows if row["made_for"] == velocity]
        out = tmp_path / f"hits{velocity}"
        words = ["hits", small, "--pad", "kick", "--count", 3, "-o", out, "--seed", 7]
        words += ["--velocity", velocity, "--format", f"wav{bits}"]
        assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 0
        for row, path in zip(own, sorted(out.iterdir()), strict=True):
            assert path.stem.endswith(row["latent_seed"])
            assert (folder / row["file"]).read_bytes() == path.read_bytes()


def test_provenance_names_every_sample_and_what_it_is_made_of(export, tiny_model):
    from astrodrum_live.model.checkpoint import read_card

    folder = export("wav", 2)
    rows = provenance(folder)
    assert {row["file"] for row in rows} == {n for n in bytes_of(folder) if n.endswith(".wav")}
    assert {row["model"] for row in rows} == {read_card(tiny_model).hash}
    assert rows[0]["file"] == "kick/kick_v30_0000.wav"
    assert (rows[0]["gain_db"], rows[0]["pan"], rows[0]["number"]) == ("-5.0", "-0.5", "0")


@pytest.mark.parametrize("format_", FORMATS)
def test_loudness_is_the_pads_level_and_no_peak_reaches_full_scale(export, small, format_):
    patch = load_patch(small)
    for row in provenance(folder := export(format_, 2, "--bits", 16)):
        sound, rate = soundfile.read(folder / row["file"])
        values = patch.pads[patch.pad_index(row["pad"])].values
        baked = values["gain"] + patch.master["gain"] if format_ == "dirt" else 0.0
        peak_db = gain_to_db(np.abs(sound).max())
        assert peak_db < PEAK_LIMIT_DB + 0.01
        wanted = values["level"] + baked
        if values["pitch"] == 0.0 or format_ != "dirt":  # a lower pitch is longer, and so louder
            level = gain_to_db(loudness(sound, rate))
            limited = peak_db == pytest.approx(PEAK_LIMIT_DB + baked, abs=0.02)
            assert level == pytest.approx(wanted, abs=0.05) or (limited and level < wanted)


def test_pads_and_rate_are_as_asked(export):
    folder = export("wav", 1, "--pad", "hat_open", "--pad", "kick", "--rate", 44100)
    assert [row["pad"] for row in provenance(folder)] == ["kick"] * 3 + ["hat_open"] * 3
    assert {soundfile.info(folder / r["file"]).samplerate for r in provenance(folder)} == {44100}


def test_a_machine_has_one_hit_for_a_layer_and_that_is_said(export, small):
    small.write_text(small.read_text().replace("seed = 3", "seed = 3\nradius = 0.0"))
    folder = export("sfz", 4)
    assert export.report["fewer"] == ["kick"]
    assert sum(row["pad"] == "kick" for row in provenance(folder)) == LAYERS
    assert (
        "sample=samples/kick_v30_0000.wav key=36 lovel=1 hivel=57\n"
        in (folder / "small.sfz").read_text()
    )


WITHOUT_TORCH = """
import sys
class Finder:
    def find_spec(self, name, *_):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)
sys.meta_path.insert(0, Finder())
from astrodrum_live.cli.main import app
app()
"""


def test_frozen_hits_need_no_torch_and_say_whose_they_are(small, tmp_path, command_environment):
    words = ["export", small, "--format", "dirt", "--count", 9, "-o", tmp_path / "out"]
    done = subprocess.run(
        [COMMAND[0], "-c", WITHOUT_TORCH, *map(str, [*words, "--generator", "frozen", "--json"])],
        env={**command_environment, "ASTRODRUM_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 3 * 4  # the tiny model's bank has 4 of a class
    assert "fewer than 9 different hits: kick, hat_closed, hat_open" in done.stderr
    row = provenance(tmp_path / "out")[0]
    assert (row["generator"], row["seed"], row["number"]) == ("frozen", "", "")
    assert len(row["latent_seed"]) == 16


def test_what_a_format_cannot_tell_is_told(export, small):
    small.write_text(small.read_text().replace("seed = 3", "seed = 3\nattack_ms = 5.0"))
    export("sfz", 1)
    assert export.report["untold"] == ["attack_ms of kick"]
    export("dirt", 1, folder="dirt")
    told = export.report["untold"]
    assert "pan of kick" in told
    assert "chokes of hat_closed, hat_open: use 'cut'" in told
    export("wav", 1, folder="wav")
    assert export.report["untold"] == []


def test_bad_words_are_refused_with_what_there_is(refused):
    one = ("--count", 1)
    assert refused("--format", "sfx", *one) == (
        "no format 'sfx' (did you mean 'sfz'?); there are: wav, sfz, hydrogen, dirt"
    )
    assert "no pad 'kik' (did you mean 'kick'?)" in refused("--format", "wav", *one, "--pad", "kik")
    assert "--bits is 20; samples have 16 or 24" in refused("--format", "wav", *one, "--bits", 20)
    assert "rate is 7" in refused("--format", "wav", *one, "--rate", 7)
    line = refused("--format", "wav", *one, "--generator", "frosen")
    assert "no generator 'frosen' (did you mean 'frozen'?)" in line
    assert "no kit of this name" in refused("--format", "wav", *one, source="defalt")


@pytest.mark.parametrize(
    ("format_", "count", "most"),
    [("hydrogen", 6, 5), ("sfz", 101, 100), ("wav", 0, 9999), ("dirt", -1, 9999)],
)
def test_a_count_out_of_range(refused, format_, count, most):
    line = refused("--format", format_, "--count", count)
    assert line == f"--count is {count}; {format_} takes 1 to {most} hits for a layer"


def test_pads_that_would_share_a_file_on_some_disks(refused, small):
    small.write_text(small.read_text().replace('name = "hat_open"', 'name = "Kick"'))
    assert "pads 'kick' and 'Kick' would share files" in refused("--format", "wav", "--count", 1)


def test_a_place_that_is_taken(refused, export, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "song.txt").write_text("la")
    wav = ("--format", "wav", "--count", 1)
    assert "mine is not empty; give -o a new folder, or --force" in refused(*wav, out="mine")
    assert "no export made it; nothing in it is touched" in refused(*wav, "--force", out="mine")
    assert "song.txt is not a folder" in refused(*wav, out="mine/song.txt")
    assert "cannot be written" in refused(*wav, out="mine/song.txt/kit")


def test_an_earlier_export_is_replaced_by_force_and_an_empty_folder_without(export, tmp_path):
    (tmp_path / "out").mkdir()
    first = bytes_of(export("wav", 1))
    again = bytes_of(export("dirt", 1, "--force"))
    assert "strudel.json" in again
    assert not first.keys() & again.keys() - {"kit.csv"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_ctrl_c_leaves_no_half_kit(small, tmp_path, command_environment):
    words = ["export", small, "--format", "wav", "--count", 9999, "-o", tmp_path / "kits" / "out"]
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)],
        env=command_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list(tmp_path.glob("kits/.out.*/kick/*.wav")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "stopped; nothing was written"
    assert out == ""
    assert list((tmp_path / "kits").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_disk_that_takes_no_more_leaves_no_half_kit(small, tmp_path, command_environment):
    import resource

    words = ["export", small, "--format", "wav", "--count", 1, "-o", tmp_path / "kits" / "out"]
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**command_environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    assert f"{tmp_path / 'kits' / 'out'} cannot be written: File too large; give -o" in line
    assert list((tmp_path / "kits").iterdir()) == []


def test_a_frozen_pad_exports_the_hit_that_it_is_frozen_to(export, small, tiny_model):
    folder = export("wav", 1, "--seed", 9, "--pad", "kick", folder="before")
    hit = provenance(folder)[0]
    text = small.read_text()
    frozen = f'frozen = {{ model = "{hit["model"]}", hit = "{hit["latent_seed"]}", made_for = '
    frozen += f"{hit['made_for']} }}\n"
    small.write_text(text.replace('class = "kick"\n', f'class = "kick"\n{frozen}'))
    again = export("wav", 3, "--seed", 1, "--pad", "kick", folder="after")
    rows = provenance(again)
    assert len(rows) == LAYERS  # the one hit, for whichever layer
    for row in rows:
        assert (row["latent_seed"], row["made_for"]) == (hit["latent_seed"], hit["made_for"])
        assert row["seed"] == row["number"] == ""
        one, same = soundfile.read(again / row["file"]), soundfile.read(folder / hit["file"])
        np.testing.assert_allclose(one[0], same[0], atol=2e-5)
    assert len(provenance(export("wav", 3, "--pad", "hat_open", folder="fresh"))) == 3 * LAYERS
