"""``astrodrum hits``: so many files, of the right kind, the same for the same seed."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.model.dynamics import NEUTRAL


@pytest.fixture
def hits(kit, tmp_path):
    """Runs the verb; its report and the folder."""

    def run(*arguments: object, source=None, folder: str = "hits") -> tuple[dict, list]:
        out = tmp_path / folder
        words = ["hits", source or kit(), *arguments, "-o", out, "--json"]
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        assert done.stdout.count("\n") == 1
        report = json.loads(done.stdout)
        assert sorted(map(str, out.iterdir())) == report["files"]
        return report, sorted(out.iterdir())

    return run


@pytest.mark.parametrize(
    ("format_", "container", "subtype"),
    [("wav16", "WAV", "PCM_16"), ("wav24", "WAV", "PCM_24"), ("flac", "FLAC", "PCM_24")],
)
def test_count_format_and_rate(hits, format_, container, subtype):
    report, files = hits("--pad", "snare", "--count", 3, "--format", format_)
    assert len(files) == 3
    for number, path in enumerate(files, 1):
        info = soundfile.info(path)
        assert (info.format, info.subtype, info.samplerate) == (container, subtype, 48000)
        assert info.channels == 1
        name, place, seed = path.stem.split("_")
        assert (name, int(place), len(seed)) == ("snare", number, 16)
        assert int(seed, 16) >= 0
    assert (report["format"], report["rate"], len(report["model"])) == (format_, 48000, 12)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(hits):
    arguments = ("--pad", "kick", "--count", 18)
    _, first = hits(*arguments, "--seed", 4, folder="a")
    _, again = hits(*arguments, "--seed", 4, folder="b")
    _, other = hits(*arguments, "--seed", 5, folder="c")
    assert [path.name for path in first] == [path.name for path in again]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert {path.name for path in first}.isdisjoint(path.name for path in other)


def test_fewer_hits_are_the_beginning_of_more(hits):
    _, few = hits("--pad", "kick", "--count", 2, folder="few")
    _, many = hits("--pad", "kick", "--count", 20, folder="many")
    assert [path.read_bytes() for path in few] == [path.read_bytes() for path in many[:2]]


def test_raw_hits_are_whole_slices_at_the_models_rate(hits):
    report, files = hits("--pad", "kick", "--count", 2, "--raw")
    assert report["rate"] == 44100
    assert [soundfile.info(path).frames for path in files] == [16384] * 2


def test_a_model_takes_class_names(hits, tiny_model):
    _, files = hits("--pad", "cymbal", "--count", 2, "--rate", 96000, source=tiny_model)
    sound, rate = soundfile.read(files[0])
    assert rate == 96000
    assert np.abs(sound).max() > 0.01


def test_a_take_can_be_found_again_by_its_seed(hits, kit, tmp_path):
    """The seed in a rendering's onsets names the file that ``hits`` writes."""
    from command import EXAMPLE

    onsets = tmp_path / "onsets.csv"
    words = ["render", kit(), EXAMPLE, "-o", tmp_path / "o.wav", "--onsets", onsets, "--seed", 9]
    assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 0
    rows = [line.split(",") for line in onsets.read_text().splitlines()[1:]]
    found = 0
    for velocity in MADE_FOR:
        kicks = [row[3] for row in rows if row[1] == "kick" and row[4] == str(velocity)]
        if kicks:
            arguments = ("--count", len(kicks), "--seed", 9, "--velocity", velocity)
            report, files = hits("--pad", "kick", *arguments, folder=f"at{velocity}")
            assert [path.stem.split("_")[2] for path in files] == kicks
            assert report["made_for"] == velocity
            found += len(kicks)
    assert found == sum(row[1] == "kick" for row in rows) > 10


def test_hits_for_no_layer_are_as_the_knobs_stand_and_none_of_a_layers(hits):
    plain, files = hits("--pad", "kick", "--count", 3, folder="plain")
    assert plain["made_for"] == NEUTRAL
    for velocity in MADE_FOR:
        _, own = hits("--pad", "kick", "--count", 3, "--velocity", velocity, folder=str(velocity))
        assert {path.name for path in own}.isdisjoint(path.name for path in files)


def test_a_number_is_that_hit_whatever_was_written_before_it(hits):
    plain, files = hits("--pad", "kick", "--number", 12345, folder="one")
    assert (plain["number"], plain["made_for"], len(files)) == (12345, NEUTRAL, 1)
    _, several = hits("--pad", "kick", "--number", 12344, "--count", 3, folder="three")
    assert several[1].read_bytes() == files[0].read_bytes()
    assert several[1].name.split("_")[2] == files[0].name.split("_")[2]
    _, folded = hits("--pad", "kick", "--number", 12345 - 2**40, folder="folded")
    assert folded[0].read_bytes() == files[0].read_bytes()


def test_a_numbered_hit_is_what_a_rendering_plays(hits, kit, tmp_path):
    """The very samples that lie in the slot, before gain and pan."""
    from astrodrum_live.control.events import Hit
    from astrodrum_live.control.patch_file import load_patch
    from astrodrum_live.live.offline import OfflineInstrument

    own = (("brightness", 0.71), ("morph", 0.5), ("morph_to", 1.0))
    instrument = OfflineInstrument(load_patch(kit()), seed=3)
    try:
        engine = instrument.engine
        for _ in instrument.render([(1, Hit(0, 0.9, own, 777))]):
            pass
        (entry,) = engine.drain_played()
        frames = int(engine.memory.header[0]["sound"]["frames"][0])  # the first slot
        played = engine.memory.sound(0)[:frames].copy()
    finally:
        instrument.close()
    words = ["--own", "bright=0.71", "--own", "morph=0.5", "--own", "morph_to=snare"]
    _, (path,) = hits("--pad", "kick", "--number", 777, *words)
    assert int(path.stem.split("_")[2], 16) == entry["seed"]
    written, _ = soundfile.read(path, dtype="float32")
    frames = min(frames, written.size)
    np.testing.assert_allclose(written[:frames], played[:frames], atol=2**-23)  # 24 bit


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--number", 5, "--seed", 3], "give one of the two"),
        (["--own", "brigth=1"], "did you mean 'bright"),
        (["--own", "brightness"], "--own takes name=value"),
        (["--own", "gain=3"], "only how it is played"),
        (["--own", "morph_to=snair"], "did you mean 'snare'"),
    ],
)
def test_what_no_hit_can_have_is_told(kit, tmp_path, words, told):
    arguments = ["hits", kit(), "--pad", "kick", "-o", tmp_path / "h", *words]
    done = CliRunner().invoke(app, [str(word) for word in arguments])
    assert done.exit_code != 0
    assert told in done.output
