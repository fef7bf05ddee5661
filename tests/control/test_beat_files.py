"""Patterns in kits and beat files: what is wrong has its line, and comments survive a save."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from astrodrum_live.control.beat_file import load_beat, save_patterns
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names, patches_folder
from astrodrum_live.sequencer.book import book_of
from astrodrum_live.sequencer.edits import LOCKABLE, Delete, New, SetPattern, SetStep, SetTrack
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.sequencer.pattern import Pattern

PAD = '[[pad]]\nname = "kick"\nclass = "kick"\n[[pad]]\nname = "snare"\nclass = "snare"\n'
ROCK = '[[pattern]]\nname = "rock"\n[pattern.tracks]\nkick = "x--- x---"\n'
STEP = ROCK + '[[pattern.step]]\ntrack = "kick"\nstep = 1\n'
FIRST = 9  # the line of ROCK's first


def keyless(patterns) -> list[Pattern]:
    """What files hold: no keys, and no steps beyond a track's length."""
    return [
        replace(
            pattern,
            key=0,
            tracks=tuple(replace(track, steps=track.played()) for track in pattern.tracks),
        )
        for pattern in patterns
    ]


def test_a_pattern_is_what_its_text_says(new_kit):
    body = f"""{PAD}[[pattern]]
name = "rock"
tempo_bpm = 112
swing = 0.6
grid = 3
beats = 5
seed = 9
[pattern.tracks]
snare = "--X3"
kick = '''
x---
-o-9
'''
[[pattern.step]]
track = "kick"
step = 2
velocity = 0.33
probability = 0.5
ratchet = 3
shift = -0.25
when = "1:2"
n = 12
gain_db = -3
seed = 77
"""
    (found,) = load_patch(new_kit(body)).patterns
    book = book_of([Pattern("rock", 112.0, 0.6, 3, 5, 9)])
    for edit in (
        SetTrack("rock", "snare", row=velocities("--X3")),
        SetTrack("rock", "kick", row=velocities("x----o-9")),
        SetStep(
            "rock", "kick", 2,
            (
                ("velocity", 0.33), ("probability", 0.5), ("ratchet", 3), ("shift", -0.25),
                ("when", "1:2"), ("n", 12), ("gain", -3.0), ("seed", 77.0),
            ),
        ),
    ):  # fmt: skip
        book = edit.made_on(book)
    assert found == book.named("rock")


@pytest.mark.parametrize(
    ("pattern", "line", "words"),
    [
        ('[[pattern]]\nname = "a b"\n', 1, "not 'a b'"),
        ("[[pattern]]\ngrid = 4\n", 0, "not ''"),
        ('[[pattern]]\nname = "a"\nswng = 1\n', 2, "did you mean 'swing'"),
        ('[[pattern]]\nname = "a"\ntempo_bpm = 4\n', 2, "tempo is 4; it is 20 to 999 bpm, or 0"),
        ('[[pattern]]\nname = "a"\nswing = 0.8\n', 2, "out of range, 0.5 to 0.75"),
        (ROCK + ROCK, 5, "there is a pattern 'rock' already"),
        (ROCK + 'snair = "x"\n', 4, "no pad 'snair' to play this track (did you mean 'snare'?)"),
        (ROCK + 'snare = "x?"\n', 4, "track 'snare': '?' is no step"),
        (ROCK + f'snare = "{"-" * 65}"\n', 4, "track 'snare': a row has 1 to 64 steps, not 65"),
        (ROCK + 'snare = ""\n', 4, "a row has 1 to 64 steps, not 0"),
        (ROCK + "snare = [1, 0]\n", 4, "snare must be text in quotes"),
        ('[[pattern]]\nname = "a"\ntracks = "x---"\n', 2, "must be a table"),
        ('[pattern]\nname = "a"\n', 0, "in two brackets"),
        (ROCK + '[[pattern.step]]\ntrack = "kik"\nstep = 1\n', 5, "did you mean 'kick'"),
        (ROCK + '[[pattern.step]]\ntrack = "kick"\nstep = 65\n', 6, "from 1 to 8"),
        (ROCK + '[[pattern.step]]\ntrack = "kick"\n', 4, "step is 0"),
        (STEP + "velocity = nan\n", 7, "a number, 0 to 1"),
        (STEP + "velocty = 1\n", 7, "mean 'velocity'"),
        (STEP + "curve = 1\n", 7, "unknown key 'curve'"),
        (STEP + 'when = "3:2"\n', 7, "no condition"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(new_kit, pattern, line, words):
    with pytest.raises(PatchError) as error:
        load_patch(new_kit(PAD + pattern))
    assert words in error.value.text
    assert error.value.line == FIRST + line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 1\n", 'begins with: format = "astrodrum-beat"'),
        ('format = "astrodrum-beat"\nversion = 2\n', "version is 2"),
        ('format = "astrodrum-beat"\nversion = 1\n', "at least one [[pattern]]"),
        ('format = "astrodrum-beat"\nversion = 1\n[[pad]]\n', "unknown key 'pad'"),
    ],
)
def test_what_is_no_beat_file_is_refused(tmp_path, text, words):
    path = tmp_path / "beat.toml"
    path.write_text(text)
    with pytest.raises(PatchError, match=words.replace("[", r"\[")):
        load_beat(path)


@pytest.mark.parametrize("name", patch_names(patches_folder()))
def test_a_shipped_kit_saved_unchanged_is_the_same_to_the_letter(name, tmp_path):
    path = tmp_path / "kit.toml"
    shutil.copy(find_patch(name), path)
    before = path.read_text()
    save_patterns(path, load_patch(path).patterns)
    assert path.read_text() == before


def test_the_three_grooves_of_astrobeats_have_its_shape():
    patterns = load_patch(find_patch("astrobeats")).patterns
    assert len(patterns) == 3
    for pattern in patterns:
        assert [(track.name, track.length) for track in pattern.tracks] == [
            ("hat", 32), ("snare", 32), ("kick", 32),
        ]  # fmt: skip
        assert 60 <= pattern.tempo <= 180
    assert patterns[2].tempo == 70


def test_an_edited_kit_keeps_its_comments_and_reads_as_it_was_edited(tmp_path):
    path = tmp_path / "kit.toml"
    shutil.copy(find_patch("astrobeats"), path)
    before = path.read_text()
    book = book_of(load_patch(path).patterns)
    for edit in (
        SetStep("rock", "hat", 2, (("velocity", 0.123456789), ("brightness", 0.8), ("n", 4))),
        SetStep("rock", "snare", 32, (("ratchet", 3),)),
        SetStep("slow", "hat", 15, (("probability", 1.0), ("decay", ""))),
        SetTrack("slow", "kick", row=velocities("x---x---")),
        SetPattern("hip_hop", (("swing", 0.6),)),
        New("mine", copied="slow"),
        Delete("slow", "snare"),
    ):
        book = edit.made_on(book)
    save_patterns(path, book.patterns)
    assert keyless(load_patch(path).patterns) == keyless(book.patterns)
    text = path.read_text()
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    lost = [comment for comment in comments if comment not in text]
    assert lost == [" a hat that opens a little, three times in four"]  # with its table
    assert 'hat   = "X1x- X-x-' in text  # one mark is another, the blanks are as they were


def test_a_pattern_that_is_gone_is_taken_out(tmp_path):
    path = tmp_path / "kit.toml"
    shutil.copy(find_patch("astrobeats"), path)
    save_patterns(path, (), gone=["hip_hop"])
    assert [one.name for one in load_patch(path).patterns] == ["rock", "slow"]


@pytest.mark.parametrize("row", LOCKABLE, ids=lambda row: row.name)
def test_every_lock_goes_to_a_beat_file_and_back(tmp_path, row):
    book = book_of([Pattern("p")])
    book = SetTrack("p", "kick", row=(1 / 3, math.pi / 4)).made_on(book)
    for step, value in ((1, row.low), (2, row.high)):
        book = SetStep("p", "kick", step, ((row.name, value),)).made_on(book)
    path = tmp_path / "new.toml"
    save_patterns(path, book.patterns)
    assert load_beat(path) == book.patterns


def test_a_file_that_would_not_be_read_again_is_not_written(tmp_path):
    path = tmp_path / "kit.toml"
    shutil.copy(find_patch("astrobeats"), path)
    before = path.read_bytes()
    stranger = SetTrack("p", "cowbell", row=(1.0,)).made_on(book_of([Pattern("p")]))
    with pytest.raises(PatchError, match="no pad 'cowbell'"):
        save_patterns(path, stranger.patterns)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        save_patterns(Path(tmp_path / "no" / "beat.toml"), book_of([Pattern("p")]).patterns)


def test_the_readmes_pattern_plays_on_the_kit_it_speaks_of(tmp_path):
    readme = (patches_folder().parent / "README.md").read_text(encoding="utf-8")
    example = readme.split("## Patterns")[1].split("```toml\n")[1].split("```")[0]
    kit = find_patch("astrobeats").read_text().split("[[pattern]]")[0]
    path = tmp_path / "kit.toml"
    path.write_text(kit + example)
    (rock,) = load_patch(path).patterns
    assert [track.length for track in rock.tracks] == [16, 16, 15]
    step = rock.track("snare").steps[14]
    assert (step.velocity, step.ratchet, step.when) == (0.5, 3, "2:4")
    assert step.locks == (("brightness", 0.9),)
