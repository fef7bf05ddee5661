"""Whatever the files are, the hits are alike; what cannot be used is named and explained."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tiny_runs import RATE, hat, kick, write_hits

from astrodrum_live.training import data as data_module
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.hit_cache import cache_folder, save_hits
from astrodrum_live.training.hits import DataError, HitSet, hold_out


def load(folder: Path, slice_len: int = 16384) -> HitSet:
    return load_hits(folder, slice_len, cache_dir=folder.parent / "cache")


def test_hits_are_aligned_level_and_of_one_length(hits: HitSet) -> None:
    waves = hits.waves(np.arange(len(hits.label)))
    assert waves.shape == (12, 16384)
    assert waves.dtype == np.float32
    np.testing.assert_allclose(np.abs(waves).max(axis=1), 10 ** (-1 / 20), atol=1e-3)
    onset = (np.abs(waves) > 0.1).argmax(axis=1)
    assert (onset >= 8).all()
    assert (onset < 100).all()
    assert np.abs(waves[:, -1]).max() < 1e-3


def test_silence_before_the_onset_is_cut(tmp_path: Path) -> None:
    write_hits(tmp_path / "d", 1)
    late = np.concatenate([np.zeros(5000), kick(0)])
    soundfile.write(tmp_path / "d" / "kick" / "late.wav", late, RATE)
    hits = load(tmp_path / "d")
    a, b = hits.waves(np.flatnonzero(hits.label == 1))
    np.testing.assert_allclose(a, b, atol=2e-3)


@pytest.mark.parametrize("rate", [22050, 48000, 96000])
def test_any_rate_becomes_44100(tmp_path: Path, rate: int) -> None:
    write_hits(tmp_path / "d", 1)
    soundfile.write(tmp_path / "d" / "kick" / "other.wav", kick(0, rate), rate)
    hits = load(tmp_path / "d")
    a, b = hits.waves(np.flatnonzero(hits.label == 1))
    np.testing.assert_allclose(a[100:], b[100:], atol=0.05)


def test_stereo_becomes_mono(tmp_path: Path) -> None:
    write_hits(tmp_path / "d", 1)
    soundfile.write(tmp_path / "d" / "kick" / "s.wav", np.stack([kick(0)] * 2, axis=1), RATE)
    hits = load(tmp_path / "d")
    a, b = hits.waves(np.flatnonzero(hits.label == 1))
    np.testing.assert_allclose(a, b, atol=1e-3)


def test_what_is_skipped_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 2)
    (folder / "kick" / "broken.wav").write_bytes(b"RIFF nothing of the kind")
    whole = (folder / "kick" / "0.wav").read_bytes()
    (folder / "kick" / "cut.wav").write_bytes(whole[:30])
    (folder / "kick" / "notes.txt").write_text("made in spring")
    soundfile.write(folder / "hat" / "silent.wav", np.zeros(RATE), RATE)
    soundfile.write(folder / "hat" / "short.wav", hat(0)[:100], RATE)
    hits = load(folder)
    assert hits.skipped == {
        "kick/broken.wav": "corrupt or unreadable",
        "kick/cut.wav": "corrupt or unreadable",
        "kick/notes.txt": "not audio",
        "hat/silent.wav": "silent",
        "hat/short.wav": "too short",
    }
    assert len(hits.label) == 4


def test_links_to_nothing_and_closed_folders_are_skipped_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_hits(tmp_path / "d", 2)
    (folder / "kick" / "gone.wav").symlink_to(tmp_path / "gone.wav")
    (folder / "hat" / "closed").mkdir()
    monkeypatch.setattr(  # no mode of a folder closes it to root
        "astrodrum_live.training.folder.os.access", lambda path, mode: Path(path).name != "closed"
    )
    hits = load(folder)
    assert hits.skipped == {"kick/gone.wav": "link to nothing", "hat/closed": "unreadable folder"}
    assert len(hits.label) == 4
    (folder / "kick").rename(folder / "closed")
    with pytest.raises(DataError, match="closed: cannot be read; check its permissions"):
        load(folder)


def test_a_long_recording_is_skipped_by_its_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_hits(tmp_path / "d", 1)
    with soundfile.SoundFile(folder / "kick" / "set.wav", "w", RATE, 2, "PCM_16") as sound:
        for _ in range(31):
            sound.write(np.full((RATE, 2), 0.1))
    read = soundfile.SoundFile.read

    def of_hits_only(sound: soundfile.SoundFile, *args: object, **kwargs: object) -> np.ndarray:
        assert sound.frames < RATE, "a long file was read"
        return read(sound, *args, **kwargs)

    monkeypatch.setattr(soundfile.SoundFile, "read", of_hits_only)
    assert load(folder).skipped == {"kick/set.wav": "longer than 30 s"}


def test_a_large_file_is_not_read_to_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astrodrum_live.training.folder.LARGE_BYTES", 1000)
    folder = write_hits(tmp_path / "d", 1)
    first = load(folder).hash
    with (folder / "kick" / "0.wav").open("ab") as file:
        file.write(bytes(2 * RATE))
    assert load(folder).hash != first  # its size tells


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_any_width_is_the_same_hit(tmp_path: Path, subtype: str) -> None:
    folder = write_hits(tmp_path / "d", 1)
    soundfile.write(folder / "kick" / "w.wav", kick(0), RATE, subtype=subtype)
    hits = load(folder)
    a, b = hits.waves(np.flatnonzero(hits.label == 1))
    np.testing.assert_allclose(a, b, atol=0.03 if subtype == "PCM_U8" else 1e-3)


def test_names_may_be_of_any_script(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 1)
    (folder / "kick").rename(folder / "キック ß")
    (folder / "キック ß" / "0.wav").rename(folder / "キック ß" / "größe [1] 🥁.wav")
    hits = load(folder)
    assert hits.classes == ("hat", "キック ß")
    assert hits.files[1] == "キック ß/größe [1] 🥁.wav"
    again = load(folder)  # from the cache
    assert (again.classes, again.files) == (hits.classes, hits.files)


def test_a_packed_file_stands_for_its_folder(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 6)
    (folder / "manifest.csv").write_text("file,source_drum,licence\nkick/0.wav,big,CC0\n")
    (folder / "kick" / "notes.txt").write_text("made in spring")
    hits = load(folder)
    packed = tmp_path / "packed.npz"
    save_hits(packed, hits, compact=True)
    again = load_hits(packed, 16384)
    for name in ("classes", "drums", "files", "hash", "licences", "skipped"):
        assert getattr(again, name) == getattr(hits, name)
    for name in ("audio", "label", "weight", "held_out"):
        np.testing.assert_array_equal(getattr(again, name), getattr(hits, name))
    assert load_hits([packed, folder], 16384, cache_dir=tmp_path / "cache").hash != hits.hash
    with pytest.raises(DataError, match=r"16384 frames at 44100 Hz.*--slice 16384"):
        load_hits(packed, 32768)
    packed.write_bytes(packed.read_bytes()[:5000])
    with pytest.raises(DataError, match="is no whole cache of hits"):
        load_hits(packed, 16384)


def test_the_cache_gives_the_same_hits_without_reading_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_hits(tmp_path / "d", 2)
    (folder / "kick" / "notes.txt").write_text("made in spring")
    first = load(folder)
    monkeypatch.setattr(data_module, "read_folder", lambda *_: pytest.fail("read again"))
    again = load(folder)
    np.testing.assert_array_equal(first.audio, again.audio)
    assert (first.files, first.skipped, first.hash) == (again.files, again.skipped, again.hash)


def test_a_changed_file_or_setting_is_read_anew(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 2)
    first = load(folder)
    assert load(folder, 32768).hash != first.hash
    soundfile.write(folder / "kick" / "0.wav", kick(40), RATE)
    assert load(folder).hash != first.hash


def test_a_cache_that_was_half_written_is_made_again(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 2)
    first = load(folder)
    cache = next((tmp_path / "cache").iterdir())
    cache.write_bytes(cache.read_bytes()[:1000])
    np.testing.assert_array_equal(load(folder).audio, first.audio)


def test_a_manifest_gives_drums_and_weights(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 4)
    (folder / "manifest.csv").write_text(
        "file,source_drum,sampling_weight,licence\n"
        "kick/0.wav,big,3.0,CC0\nkick/1.wav,big,1.0,CC0\nkick/2.wav,big,1.0,CC0\n"
    )
    hits = load(folder)
    kicks = hits.label == 1
    assert [hits.drums[i] for i in np.flatnonzero(kicks)] == ["big"] * 3 + ["kick/3.wav"]
    np.testing.assert_allclose(hits.weight[kicks], np.array([3, 1, 1, 1]) / 1.5)
    np.testing.assert_allclose(hits.weight[~kicks], 1)
    assert hits.licences == {"CC0": 3}


def test_a_manifest_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 1)
    (folder / "manifest.csv").write_text("file,sampling_weight\nkick/0.wav,heavy\n")
    with pytest.raises(DataError, match=r"manifest\.csv.*sampling_weight"):
        load(folder)


@pytest.mark.parametrize("row", ["kick/0.wav,0,train", "kick/0.wav,inf,train", "kick/0.wav,1,odd"])
def test_a_weight_or_split_that_means_nothing_is_named(tmp_path: Path, row: str) -> None:
    folder = write_hits(tmp_path / "d", 1)
    (folder / "manifest.csv").write_text(f"file,sampling_weight,split\n{row}\n")
    with pytest.raises(DataError, match=r"manifest\.csv: cannot be used"):
        load(folder)


def test_a_manifests_split_is_kept_by_whole_drums(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 4)
    (folder / "manifest.csv").write_text(
        "file,source_drum,split\nkick/0.wav,a,valid\nkick/1.wav,a,train\nkick/2.wav,b,train\n"
    )
    hits = load(folder)
    assert [name for name, out in zip(hits.files, hits.held_out, strict=True) if out] == [
        "kick/0.wav",
        "kick/1.wav",
    ]
    rows = "".join(f"kick/{i}.wav,valid\n" for i in range(4))
    (folder / "manifest.csv").write_text("file,split\n" + rows)
    with pytest.raises(DataError, match="leaves class 'kick' nothing to train on"):
        load(folder)


def test_a_split_without_validation_leaves_the_choice_to_the_program(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 6)
    chosen = load(folder).held_out
    assert chosen.any()
    rows = "".join(f"kick/{i}.wav,train\n" for i in range(6))
    (folder / "manifest.csv").write_text("file,split\n" + rows)
    np.testing.assert_array_equal(load(folder).held_out, chosen)


def test_two_folders_are_one_set(tmp_path: Path) -> None:
    a, b = write_hits(tmp_path / "a", 6), write_hits(tmp_path / "b", 5)
    (b / "hat").rename(b / "clap")
    both = load_hits([a, b], 16384, cache_dir=tmp_path / "cache")
    first, second = load(a), load(b)
    assert both.classes == ("clap", "hat", "kick")
    assert np.bincount(both.label).tolist() == [5, 6, 11]
    assert len(set(both.drums)) == 22  # kick/0.wav of either is a drum of its own
    np.testing.assert_array_equal(both.audio, np.concatenate([first.audio, second.audio]))
    np.testing.assert_array_equal(both.held_out, [*first.held_out, *second.held_out])
    for label in range(3):
        assert both.weight[both.label == label].mean() == pytest.approx(1)
    assert both.hash not in (first.hash, second.hash)
    assert both.hash != load_hits([b, a], 16384, cache_dir=tmp_path / "cache").hash


def test_a_drum_in_two_folders_is_never_on_both_sides(tmp_path: Path) -> None:
    a, b = write_hits(tmp_path / "a", 2), write_hits(tmp_path / "b", 2)
    (a / "manifest.csv").write_text("file,source_drum,split\nkick/0.wav,one,valid\n")
    (b / "manifest.csv").write_text(
        "file,source_drum,split\nkick/0.wav,one,train\nhat/0.wav,two,valid\n"
    )
    both = load_hits([a, b], 16384, cache_dir=tmp_path / "cache")
    held = {name for name, out in zip(both.files, both.held_out, strict=True) if out}
    assert held == {"0/kick/0.wav", "1/kick/0.wav", "1/hat/0.wav"}


def test_held_out_drums_are_whole_and_no_large_part_of_a_class() -> None:
    drums = ("big",) * 40 + tuple(f"d{i // 2}" for i in range(40)) + ("x", "y", "z")
    label = np.array([0] * 80 + [1] * 3)
    held = hold_out(drums, label)
    chosen = {drum for drum, out in zip(drums, held, strict=True) if out}
    assert 2 <= len(chosen) <= 4
    assert "big" not in chosen
    assert not chosen & {"x", "y", "z"}  # too few drums to spare one
    for drum in chosen:
        assert held[[d == drum for d in drums]].all()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda folder: None, "no such folder"),
        (lambda folder: folder.mkdir(), "no class folders"),
        (lambda folder: (folder / "kick").mkdir(parents=True), "class 'kick' is empty"),
        (
            lambda folder: (write_hits(folder, 1), (folder / "tom").mkdir()),
            "class 'tom' is empty",
        ),
    ],
    ids=["missing", "empty", "empty class", "one empty class"],
)
def test_a_folder_without_hits_is_explained(tmp_path: Path, prepare: object, words: str) -> None:
    prepare(tmp_path / "d")
    with pytest.raises(DataError, match=words):
        load(tmp_path / "d")


def test_a_class_without_one_usable_hit_is_explained(tmp_path: Path) -> None:
    folder = write_hits(tmp_path / "d", 1)
    (folder / "tom").mkdir()
    soundfile.write(folder / "tom" / "silent.wav", np.zeros(RATE), RATE)
    with pytest.raises(DataError, match=r"class 'tom' has no usable hit \(1 silent\)"):
        load(folder)
    for name in ("kick", "hat"):
        (folder / name / "0.wav").write_bytes(b"")
    with pytest.raises(DataError, match="no usable audio file"):
        load(folder)


def test_the_cache_lies_where_all_of_the_programs_caches_do(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASTRODRUM_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "astrodrum"
    monkeypatch.setenv("ASTRODRUM_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
