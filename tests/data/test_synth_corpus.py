"""The corpus on disk: what training reads, what a second run keeps, what is refused."""

import csv
import hashlib
import json

import pytest
import soundfile
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.training.data import load_hits


def synth(*arguments: object):
    return CliRunner().invoke(app, ["data", "synth", *map(str, arguments)])


def rows(folder) -> dict[str, dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


def refusal(*arguments: object) -> str:
    done = synth(*arguments, "--json")
    assert done.exit_code == 2
    return json.loads(done.stdout)["error"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synth") / "corpus"
    done = synth("-o", folder, "--per-class", 2, "--classes", "kick,perc", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["written"] == 12
    return folder


def test_training_reads_it(corpus, tmp_path):
    hits = load_hits(corpus, 16384, cache_dir=tmp_path)
    assert hits.classes == ("e_kick", "e_perc")
    assert len(hits.label) == 12
    assert len(set(hits.drums)) == 4
    assert hits.licences == {"CC0-1.0 (synthesised by astrodrum)": 12}
    assert not hits.skipped


def test_the_manifest_tells_what_a_file_is(corpus):
    row = rows(corpus)["e_kick/e_kick_0001_1.flac"]
    assert row["circuit"] == "bridged_t"
    assert 38 <= json.loads(row["parameters"])["hz"] <= 75
    pcm, rate = soundfile.read(corpus / row["file"], dtype="int16")
    assert (rate, pcm.ndim) == (44100, 1)
    assert hashlib.sha1(pcm.astype("<i2").tobytes()).hexdigest()[:16] == row["sha1_pcm"]


def test_more_drums_leave_the_others_as_they_are(corpus):
    before = rows(corpus)
    files = {file: (corpus / file).stat().st_mtime_ns for file in before}
    done = synth("-o", corpus, "--per-class", 3, "--classes", "kick", "--json")
    report = json.loads(done.stdout)
    assert (report["written"], report["kept"]) == (3, 6)
    after = rows(corpus)
    assert {file: after[file] for file in before} == before
    assert files == {file: (corpus / file).stat().st_mtime_ns for file in before}


def test_a_damaged_file_is_made_again(tmp_path):
    arguments = ("-o", tmp_path, "--per-class", 1, "--classes", "clap", "--json")
    synth(*arguments)
    path = tmp_path / "e_clap" / "e_clap_0001_2.flac"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    report = json.loads(synth(*arguments).stdout)
    assert (report["written"], report["kept"]) == (1, 2)
    assert path.read_bytes() == whole


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "give an empty or new folder" in refusal("-o", tmp_path)
    (tmp_path / "manifest.csv").write_text("file,class\n")
    assert "manifest.csv" in refusal("-o", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.csv", "mine.txt"]


def test_another_seed_needs_another_folder(corpus):
    assert "--seed 0 or another folder" in refusal("-o", corpus, "--seed", 1)


def test_bad_words_are_refused(tmp_path):
    assert "no class 'gong'" in refusal("-o", tmp_path / "a", "--classes", "gong")
    assert "'../'" in refusal("-o", tmp_path / "a", "--prefix", "../")
    (tmp_path / "file").write_text("")
    assert "is not a folder" in refusal("-o", tmp_path / "file")
    assert "cannot be written" in refusal("-o", tmp_path / "file" / "below")
    assert not (tmp_path / "a").exists()
