"""Folders of samples become a set that training reads."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_files import RATE, bring, noise, tone, tree, write

from astrodrum_live.data.importing import Stopped
from astrodrum_live.training.data import load_hits

KICKS = [50.0, 57.0, 66.0, 76.0, 88.0]


@pytest.fixture
def samples(tmp_path) -> Path:
    """Five kicks, five snares and two that no rule knows, in folders of a person's own."""
    folder = tmp_path / "samples"
    for i, hertz in enumerate(KICKS):
        write(folder / "Kicks" / f"{'ABCDE'[i]}.wav", tone(hertz))
        write(folder / f"snare {'abcde'[i]}.wav", noise(i))
    write(folder / "zzz.wav", tone(300))
    write(folder / "Kicks" / "deep" / "01.wav", tone(41))
    (folder / "readme.txt").write_text("hello")
    return folder


def manifest(data: Path) -> list[dict[str, str]]:
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def rejected(data: Path) -> dict[str, str]:
    with (data / "rejected.csv").open(newline="", encoding="utf-8") as lines:
        return {row["path"]: row["reason"] for row in csv.DictReader(lines)}


def test_a_set_is_made_that_training_reads(samples, tmp_path):
    report = bring(tmp_path / "set", samples, licence="CC0-1.0")
    assert {name: one.files for name, one in report.classes.items()} == {"kick": 6, "snare": 5}
    assert rejected(tmp_path / "set") == {"readme.txt": "not audio", "zzz.wav": "unresolved class"}
    hits = load_hits(tmp_path / "set", 2048, cache_dir=tmp_path / "cache")
    assert hits.classes == ("kick", "snare")
    assert len(hits.files) == 11
    assert hits.licences == {"CC0-1.0": 11}
    for row in manifest(tmp_path / "set"):
        info = soundfile.info(tmp_path / "set" / row["file"])
        assert (info.samplerate, info.channels, info.subtype) == (RATE, 1, "PCM_16")
        assert row["file"].startswith(row["class"] + "/")


def test_training_holds_out_the_drums_that_the_manifest_tells(samples, tmp_path):
    bring(tmp_path / "set", samples)
    hits = load_hits(tmp_path / "set", 2048, cache_dir=tmp_path / "cache")
    told = {row["file"]: row["split"] == "valid" for row in manifest(tmp_path / "set")}
    assert dict(zip(hits.files, hits.held_out.tolist(), strict=True)) == told
    assert any(told.values())


def test_the_same_samples_give_the_same_bytes(samples, tmp_path):
    bring(tmp_path / "one", samples)
    bring(tmp_path / "two", samples)
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert one == two


def test_running_again_changes_nothing_and_reads_nothing(samples, tmp_path, monkeypatch):
    bring(tmp_path / "set", samples)
    before = tree(tmp_path / "set")
    monkeypatch.setattr("astrodrum_live.data.importing.read_recording", None)
    report = bring(tmp_path / "set", samples)
    assert report.new == 0
    assert tree(tmp_path / "set") == before


def test_an_import_that_was_stopped_is_gone_on_with(samples, tmp_path):
    asked = iter(range(100))
    with pytest.raises(Stopped, match="6 of 13 files"):
        bring(tmp_path / "set", samples, stopped=lambda: next(asked) == 6)
    assert list(tree(tmp_path / "set")) == []  # no half a set
    with (tmp_path / "set" / ".import" / "journal.jsonl").open("a") as journal:
        journal.write('{"key": "torn')
    report = bring(tmp_path / "set", samples)
    assert report.new == 11
    bring(tmp_path / "whole", samples)
    assert tree(tmp_path / "set") == tree(tmp_path / "whole")


def test_an_import_that_died_while_it_moved_files_is_gone_on_with(samples, tmp_path, monkeypatch):
    moved = []
    true_replace = os.replace

    def replace(source, to):
        if Path(source).suffix == ".flac":
            moved.append(to)
            if len(moved) == 4:
                raise OSError(28, "No space left on device")
        true_replace(source, to)

    with monkeypatch.context() as patch:
        patch.setattr("astrodrum_live.data.staging.os.replace", replace)
        with pytest.raises(OSError, match="No space"):
            bring(tmp_path / "set", samples)
    bring(tmp_path / "set", samples)
    bring(tmp_path / "whole", samples)
    assert tree(tmp_path / "set") == tree(tmp_path / "whole")


def test_new_samples_join_a_set_and_the_old_stay(samples, tmp_path):
    bring(tmp_path / "set", samples)
    before = {name for name in tree(tmp_path / "set") if name.endswith(".flac")}
    more = tmp_path / "more"
    write(more / "clap 1.wav", noise(40))
    write(more / "kick.wav", tone(KICKS[0], level=0.2))  # one that is there
    report = bring(tmp_path / "set", more)
    assert report.new == 1
    assert rejected(tmp_path / "set") == {"kick.wav": "duplicate"}
    after = {name for name in tree(tmp_path / "set") if name.endswith(".flac")}
    assert after == before | {"clap/more_clap-1.flac"}


def test_what_a_person_removes_stays_away(samples, tmp_path):
    bring(tmp_path / "set", samples)
    gone = tmp_path / "set" / "kick" / "Kicks_A.flac"
    gone.unlink()
    report = bring(tmp_path / "set", samples)
    assert not gone.exists()
    assert report.rejected["removed by hand"] == 1
    assert report.classes["kick"].files == 5


def test_names_left_open_are_taken_in_once_a_table_tells_them(samples, tmp_path):
    bring(tmp_path / "set", samples)
    table = tmp_path / "mine.toml"
    table.write_text(
        'format = "astrodrum-rules"\nversion = 1\n[[rule]]\nclass = "tom"\nwords = ["zzz"]\n'
    )
    report = bring(tmp_path / "set", samples, rules=table)
    assert report.new == 1
    assert report.classes["tom"].files == 1
    assert report.classes["kick"].files == 6


def test_a_set_keeps_its_classes_drums_weights_and_columns(tmp_path):
    source = tmp_path / "source"
    for i, hertz in enumerate(KICKS):
        write(source / "e_kick" / f"snare {i}.wav", tone(hertz))
    lines = ["file,source_drum,sampling_weight,licence,sweep_hz,split"]
    lines += [
        f"e_kick/snare {i}.wav,drum{i % 3},{i + 1}.5,CC0-1.0,{i}00,{'valid' if i == 1 else 'train'}"
        for i in range(5)
    ]
    (source / "manifest.csv").write_text("\n".join([*lines, "e_kick/none.wav,x,1,,,"]))
    bring(tmp_path / "set", source)
    rows = manifest(tmp_path / "set")
    assert [row["file"] for row in rows] == [f"e_kick/snare-{i}.flac" for i in range(5)]
    assert [row["source_drum"] for row in rows] == [f"drum{i % 3}" for i in range(5)]
    assert [row["sampling_weight"] for row in rows] == [f"{i + 1}.5" for i in range(5)]
    assert [row["sweep_hz"] for row in rows] == [f"{i}00" for i in range(5)]
    held = [row["source_drum"] for row in rows if row["split"] == "valid"]
    assert held == ["drum1", "drum1"]  # though one file of it is marked 'train'
    assert rejected(tmp_path / "set") == {"e_kick/none.wav": "missing"}


def test_a_set_made_by_import_can_be_imported(samples, tmp_path):
    bring(tmp_path / "one", samples)
    bring(tmp_path / "two", tmp_path / "one")
    one, two = manifest(tmp_path / "one"), manifest(tmp_path / "two")
    keys = ("file", "class", "source_drum", "sampling_weight", "split")
    assert [[row[key] for key in keys] for row in two] == [
        [row[key] for key in keys] for row in one
    ]
    assert rejected(tmp_path / "two") == {}


def test_folders_as_they_stand_and_a_prefix(tmp_path):
    write(tmp_path / "in" / "gong" / "kick 1.wav", noise(1))
    write(tmp_path / "in" / "loose.wav", noise(2))
    bring(tmp_path / "folders", tmp_path / "in", by_folder=True)
    assert [row["class"] for row in manifest(tmp_path / "folders")] == ["gong"]
    assert rejected(tmp_path / "folders") == {"loose.wav": "unresolved class"}
    bring(tmp_path / "prefix", tmp_path / "in", prefix="e_")
    assert [row["class"] for row in manifest(tmp_path / "prefix")] == ["e_kick"]


def test_a_bare_hat_goes_where_its_ring_says(tmp_path):
    write(tmp_path / "in" / "hat a.wav", noise(1, 0.05))
    write(tmp_path / "in" / "hat b.wav", noise(2, 1.0))
    bring(tmp_path / "set", tmp_path / "in")
    assert {row["from_path"]: row["class"] for row in manifest(tmp_path / "set")} == {
        "hat a.wav": "hat_closed",
        "hat b.wav": "hat_open",
    }


def test_files_are_told_by_ear_only_where_the_labelled_set_is_sure(tmp_path, monkeypatch):
    for i in range(12):
        write(tmp_path / "known" / "kick" / f"{i}.wav", tone(50 + i, 0.3))
        write(tmp_path / "known" / "hat" / f"{i}.wav", noise(i, 0.05))
    write(tmp_path / "in" / "x.wav", tone(55.5, 0.3))
    write(tmp_path / "in" / "y.wav", noise(77, 0.05))
    write(tmp_path / "in" / "z.wav", tone(2000, 0.3) * np.linspace(0, 1, round(0.3 * RATE)))
    monkeypatch.setenv("ASTRODRUM_CACHE", str(tmp_path / "cache"))
    report = bring(tmp_path / "set", tmp_path / "in", like=tmp_path / "known")
    assert {row["from_path"]: row["class"] for row in manifest(tmp_path / "set")} == {
        "x.wav": "kick",
        "y.wav": "hat",
    }
    assert rejected(tmp_path / "set") == {"z.wav": "unresolved class"}
    assert report.classifier["right_of_believed"] >= 0.9


def test_splices_are_of_training_drums_only_and_name_their_parents(samples, tmp_path):
    report = bring(tmp_path / "set", samples, splice=("kick",), splice_count=6)
    assert report.classes["kick"].spliced == 6
    rows = {row["file"]: row for row in manifest(tmp_path / "set")}
    made = [row for row in rows.values() if row["attack_of"]]
    assert len(made) == 6
    for row in made:
        attack, body = rows[row["attack_of"]], rows[row["body_of"]]
        assert attack["split"] == body["split"] == row["split"] == "train"
        assert attack["source_drum"] != body["source_drum"] == row["source_drum"]
    before = tree(tmp_path / "set")
    bring(tmp_path / "set", samples, splice=("kick",), splice_count=6)
    assert tree(tmp_path / "set") == before
    bring(tmp_path / "set", samples)  # no longer asked for
    assert len(manifest(tmp_path / "set")) == 11
    assert len([name for name in tree(tmp_path / "set") if name.endswith(".flac")]) == 11


def test_the_report_counts_what_came_and_names_what_did_not(samples, tmp_path):
    report = bring(tmp_path / "set", samples)
    value = json.loads(json.dumps(report.to_dict()))
    assert value["files"] == sum(one["files"] for one in value["classes"].values()) == 11
    assert value["rejected"] == {"not audio": 1, "unresolved class": 1}
    text = (tmp_path / "set" / "report.md").read_text(encoding="utf-8")
    assert "`samples/zzz.wav` (no rule applies to its name or folders)" in text
    assert "| kick | 6 |" in text
