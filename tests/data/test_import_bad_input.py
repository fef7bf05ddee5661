"""What cannot be imported: a counted, named skip, or an error with its remedy."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_files import RATE, bring, noise, tone, tree, write

from astrodrum_live.data import rejection, sources, words


@pytest.fixture
def folder(tmp_path) -> Path:
    """One good sample, so that a set is made."""
    write(tmp_path / "in" / "kick good.wav", tone())
    return tmp_path / "in"


def left_out(tmp_path, folder, **settings) -> dict[str, str]:
    bring(tmp_path / "set", folder, **settings)
    with (tmp_path / "set" / "rejected.csv").open(newline="", encoding="utf-8") as lines:
        return {row["path"]: row["reason"] for row in csv.DictReader(lines)}


def test_every_bad_file_is_skipped_under_its_reason(tmp_path, folder):
    (folder / "kick zero.wav").touch()
    (folder / "kick text.wav").write_text("no audio at all")
    (folder / "kick notes.txt").write_text("no audio at all")
    write(folder / "kick silent.wav", np.zeros(RATE // 10))
    write(folder / "kick faint.wav", tone(level=2e-4), subtype="PCM_24")
    write(folder / "kick short.wav", tone()[:200])
    write(folder / "kick click.wav", np.r_[np.zeros(4000), 0.5, -0.5, np.zeros(4000)])
    write(folder / "kick two.wav", np.r_[noise(1), np.zeros(9000), noise(2)])
    write(folder / "kick loop.wav", noise(3))
    write(folder / "kick clipped.wav", np.clip(40 * tone(50), -1, 1))
    write(folder / "kick nan.wav", np.r_[tone()[:50], np.nan, tone()], subtype="FLOAT")
    write(folder / "kick absurd.wav", 1e30 * tone(), subtype="FLOAT")
    write(folder / "kick same.wav", tone(level=0.3))
    whole = write(folder / "kick cut.flac", noise(4, 1.0)).read_bytes()
    (folder / "kick cut.flac").write_bytes(whole[: len(whole) // 3])
    write(folder / "kick snare.wav", noise(5))
    (folder / "Claps").mkdir()
    assert left_out(tmp_path, folder) == {
        "kick zero.wav": rejection.ZERO_BYTES,
        "kick text.wav": rejection.NOT_AUDIO,
        "kick notes.txt": rejection.NOT_AUDIO,
        "kick silent.wav": rejection.SILENT,
        "kick faint.wav": rejection.SILENT,
        "kick short.wav": rejection.TOO_SHORT,
        "kick click.wav": rejection.TOO_SHORT,
        "kick two.wav": rejection.LOOP,
        "kick loop.wav": rejection.LOOP,
        "kick clipped.wav": rejection.CLIPPED,
        "kick nan.wav": rejection.CORRUPT,
        "kick absurd.wav": rejection.ABSURD,
        "kick same.wav": rejection.DUPLICATE,
        "kick cut.flac": rejection.CORRUPT,
        "kick snare.wav": rejection.NO_CLASS,
        "Claps": rejection.EMPTY_FOLDER,
    }


def test_what_is_asked_for_is_kept(tmp_path, folder):
    write(folder / "kick clipped.wav", np.clip(40 * tone(50), -1, 1))
    write(folder / "kick same.wav", tone(level=0.3))
    assert left_out(tmp_path, folder, keep_clipped=True, keep_duplicates=True) == {}


def test_a_file_of_three_hours_is_left_by_its_header(tmp_path, folder, monkeypatch):
    frames = 3 * 3600 * 8000
    with (folder / "kick session.wav").open("wb") as out:  # sparse: a header, and nothing
        head = b"RIFF" + (36 + frames).to_bytes(4, "little") + b"WAVEfmt " + bytes([16, 0, 0, 0])
        head += b"\1\0\1\0" + (8000).to_bytes(4, "little") * 2 + b"\1\0\x08\0"
        out.write(head + b"data" + frames.to_bytes(4, "little"))
        out.truncate(44 + frames)
    read = []
    true_read = soundfile.SoundFile.read
    monkeypatch.setattr(
        soundfile.SoundFile,
        "read",
        lambda self, *a, **k: read.append(self.frames) or true_read(self, *a, **k),
    )
    assert left_out(tmp_path, folder) == {"kick session.wav": rejection.TOO_LONG}
    assert frames not in read


def test_one_sample_only_is_a_set(tmp_path, folder):
    report = bring(tmp_path / "set", folder)
    assert report.files == 1
    assert "nothing of it is kept for validation" in report.remarks()[0]


def test_unicode_names_and_names_that_collide_after_cleaning(tmp_path, folder):
    names = ["スネア 1.wav", "große Trommel.wav", "kick#1.wav", "kick 1.wav", "KICK-1.wav"]
    for i, name in enumerate(names):
        write(folder / name, noise(i))
    raw = os.fsencode(folder) + b"/kick \xff.wav"
    os.link(write(tmp_path / "raw.wav", noise(9)), raw)
    report = bring(tmp_path / "set", folder)
    assert report.files == 7
    files = [name for name in tree(tmp_path / "set") if name.endswith(".flac")]
    assert len({name.casefold() for name in files}) == 7
    assert "snare/in_スネア-1.flac" in files


def test_one_name_in_two_folders_is_two_files(tmp_path, folder):
    for i, pack in enumerate("ab"):
        write(folder / pack / "x" / "kick.wav", noise(i))
    assert bring(tmp_path / "set", folder).files == 3


def test_a_loop_of_links_ends(tmp_path, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "dead.wav").symlink_to(tmp_path / "nowhere.wav")
    assert left_out(tmp_path, folder) == {
        "sub/up": rejection.LINK_LOOP,
        "dead.wav": rejection.NO_CLASS,
    }


def test_a_file_reached_twice_comes_once(tmp_path, folder):
    (folder / "kick link.wav").symlink_to(folder / "kick good.wav")
    report = bring(tmp_path / "set", folder, folder)
    assert report.files == 1
    assert report.rejected == {}


def test_a_folder_that_cannot_be_read_is_named(tmp_path, folder, monkeypatch):
    write(folder / "closed" / "kick.wav", noise(1))
    true_list = os.listdir

    def listing(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return true_list(path)

    monkeypatch.setattr(sources.os, "listdir", listing)
    assert left_out(tmp_path, folder) == {"closed": rejection.UNREADABLE}


def refused(tmp_path, *sources_, **settings) -> str:
    with pytest.raises(ValueError, match=r".") as error:
        bring(settings.pop("data", tmp_path / "set"), *sources_, **settings)
    return str(error.value)


def test_a_source_that_is_not_there_or_no_folder(tmp_path, folder):
    assert "none does not exist" in refused(tmp_path, tmp_path / "none")
    assert "is not a folder" in refused(tmp_path, folder / "kick good.wav")
    assert not (tmp_path / "set").exists()


def test_nothing_usable(tmp_path, folder):
    (folder / "kick good.wav").unlink()
    (folder / "a.txt").touch()
    assert "no usable hit (1 not audio)" in refused(tmp_path, folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no usable hit (no files)" in refused(tmp_path, empty)


def test_a_folder_of_somebody_elses_is_not_touched(tmp_path, folder):
    other = tmp_path / "other"
    write(other / "mine.wav", tone())
    before = tree(other)
    assert "is not empty" in refused(tmp_path, folder, data=other)
    assert "is not a folder" in refused(tmp_path, folder, data=other / "mine.wav")
    assert tree(other) == before


def test_a_source_within_the_set_is_refused_and_a_set_within_a_source_left_out(tmp_path, folder):
    bring(folder / "set", folder)
    assert bring(folder / "set", folder).files == 1
    assert "lies in" in refused(tmp_path, folder / "set" / "kick", data=folder / "set")
    assert "lies in" in refused(tmp_path, folder / "set", data=folder / "set")


def test_a_place_that_cannot_be_written(tmp_path, folder):
    if not Path("/proc").is_dir():
        pytest.skip("needs a folder that not even root can write to")
    assert "cannot be written" in refused(tmp_path, folder, data=Path("/proc/astrodrum-set"))


def test_another_run_with_other_settings_is_refused(tmp_path, folder):
    bring(tmp_path / "set", folder)
    assert "--longest 1.5, not 1.0" in refused(tmp_path, folder, longest_s=1.0)


@pytest.mark.parametrize(
    "text",
    ["name\nx.wav", "file,sampling_weight\nx.wav,-1", "file,split\nx.wav,maybe", b"\xff\xfe,"],
)
def test_a_manifest_that_cannot_be_used(tmp_path, folder, text):
    (folder / "manifest.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert "correct or remove it" in refused(tmp_path, folder)


def test_a_manifests_class_that_is_no_folders_name_is_left_open(tmp_path, folder):
    (folder / "manifest.csv").write_text("file,class\nkick good.wav,../../etc")
    write(folder / "kick 2.wav", noise(1))
    assert left_out(tmp_path, folder) == {"kick good.wav": rejection.NO_CLASS}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"numbers": "both"}, "--numbers"),
        ({"prefix": "a/b"}, "--prefix"),
        ({"longest_s": 0.0}, "--longest"),
        ({"longest_s": float("nan")}, "--longest"),
        ({"too_long_s": 1.0}, "--too-long"),
        ({"like": Path("none")}, "--like none"),
        ({"splice": ("gong",), "splice_count": 1}, "no such class; there are: kick"),
        ({"splice": ("kick",), "splice_count": 1}, "needs two drums"),
    ],
)
def test_settings_that_cannot_be(tmp_path, folder, settings, words):
    assert words in refused(tmp_path, folder, **settings)


def test_a_link_to_itself_is_one_file_that_cannot_be_read(tmp_path, folder):
    (folder / "kick self.wav").symlink_to("kick self.wav")
    assert left_out(tmp_path, folder) == {"kick self.wav": rejection.UNREADABLE}


def test_names_of_wide_letters_fit_a_file_system(tmp_path, folder):
    wide = "\U00013000"  # four bytes in UTF-8
    for i, end in enumerate(("snare", " snare")):
        write(folder / (wide * 61) / f"{wide * 55}{end}.wav", noise(i))
    assert bring(tmp_path / "set", folder).files == 3
    assert len(words.clean(wide * 64).encode()) <= words.LONGEST_BYTES
    assert "--prefix has 300 letters" in refused(tmp_path, folder, prefix="e" * 300)


@pytest.mark.parametrize("line", ["5", '{"a": 1}', '{"key": "x"}', b"\xff\xfe"])
def test_a_damaged_line_of_the_journal_is_passed_over(tmp_path, folder, line):
    bring(tmp_path / "set", folder)
    write(folder / "kick 2.wav", noise(1))
    with (tmp_path / "set" / ".import" / "journal.jsonl").open("ab") as out:
        out.write(line if isinstance(line, bytes) else line.encode())
    assert bring(tmp_path / "set", folder).files == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [("settings.json", "[]"), ("placed.json", "{}"), ("placed.json", "[{}]"), ("placed.json", "3")],
)
def test_a_damaged_record_of_an_import_is_named(tmp_path, folder, name, text):
    bring(tmp_path / "set", folder)
    (tmp_path / "set" / ".import" / name).write_text(text)
    assert f"{name} is damaged" in refused(tmp_path, folder)


def test_a_damaged_file_of_the_set_is_named(tmp_path, folder):
    bring(tmp_path / "set", folder)
    (placed,) = (tmp_path / "set").glob("kick/*.flac")
    placed.write_bytes(placed.read_bytes()[:60])
    write(folder / "kick 2.wav", noise(1))
    assert f"{placed} cannot be read again" in refused(tmp_path, folder)


def test_a_full_disk_is_named_and_the_import_goes_on_later(tmp_path, folder, monkeypatch):
    def full(*_, **__):
        raise RuntimeError("System error.")

    with monkeypatch.context() as patched:
        patched.setattr(soundfile, "write", full)
        assert "is the disk full?" in refused(tmp_path, folder)
    assert bring(tmp_path / "set", folder).files == 1
