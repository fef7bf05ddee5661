"""``astrodrum learn``: a replay binds pads and knobs, and no shipped kit is written over."""

import signal
import subprocess

import mido
import pytest
from command import COMMAND, REPO, astrodrum
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.control import midi_ports
from astrodrum_live.control.patch_file import load_patch

DEFAULT = REPO / "patches" / "default.toml"


@pytest.fixture
def home(tmp_path, command_environment):
    command_environment["ASTRODRUM_HOME"] = str(tmp_path / "home")
    return tmp_path / "home" / "patches"


@pytest.fixture
def replay(tmp_path):
    """Two pads struck half a second apart, and a knob turned."""
    file, track = mido.MidiFile(), mido.MidiTrack()
    file.tracks.append(track)
    for note in (60, 61):
        track.append(mido.Message("note_on", channel=9, note=note, velocity=100, time=480))
    for value in (0, 5, 10):
        track.append(mido.Message("control_change", channel=9, control=80, value=value))
    file.save(tmp_path / "replay.mid")
    return tmp_path / "replay.mid"


def test_a_shipped_kit_is_copied_and_its_copy_learns(home, replay, command_environment):
    shipped = DEFAULT.read_bytes()
    wanted = ("--pad", "snare", "--pad", "kick", "--cc", "snare.decay")
    told = astrodrum(
        "learn", "default", *wanted, "-f", replay, "--json", environment=command_environment
    )
    assert told.code == 0
    report = told.json()
    assert report["patch"] == str(home / "default.toml")
    assert [(one["what"], one["to"]) for one in report["learned"]] == [
        ("note 60", "snare"),
        ("note 61", "kick"),
        ("CC 80", "snare.decay"),
    ]
    assert "snare: note 60, taken from perc" in told.err
    assert DEFAULT.read_bytes() == shipped
    kit = load_patch(home / "default.toml")
    assert kit.pads[kit.pad_index("snare")].notes == (60,)


def test_a_learned_kit_is_found_by_its_name_and_learns_on(home, replay, command_environment):
    for pad in ("snare", "kick"):
        answer = astrodrum(
            "learn", "default", "--pad", pad, "-f", replay, environment=command_environment
        )
        assert answer.code == 0
        assert answer.out == f"written to {home / 'default.toml'}\n"
    kit = load_patch(home / "default.toml")
    assert kit.pads[kit.pad_index("snare")].notes == ()
    assert kit.pads[kit.pad_index("kick")].notes == (60,)


def test_a_copy_goes_where_it_is_wanted_and_not_over_another_file(
    tmp_path, home, replay, command_environment
):
    out = tmp_path / "new" / "mine.toml"
    wanted = ("learn", "electro", "--pad", "kick", "-f", replay, "-o", out)
    assert astrodrum(*wanted, environment=command_environment).code == 0
    assert load_patch(out).pads[load_patch(out).pad_index("kick")].notes == (60,)
    assert not home.exists()
    again = astrodrum(*wanted, environment=command_environment)
    assert (again.code, f"'astrodrum learn {out}' goes on with it" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("--pad", "snar"), "no pad 'snar' in kit 'default' (did you mean 'snare'?)"),
        (("--cc", "kick.decya"), "'kick.decya': no parameter 'decya' (did you mean 'decay'?)"),
        (("--pad", "kick", "-o", "mine.txt"), "a kit is a TOML file; name it mine.toml"),
    ],
)
def test_a_mistake_is_told_before_anything_is_listened_to(
    home, replay, command_environment, wanted, told
):
    answer = astrodrum("learn", "default", *wanted, "-f", replay, environment=command_environment)
    assert answer.code == 2
    assert told in answer.err
    assert not home.exists()


def test_a_replay_that_ends_too_soon_keeps_what_was_bound(home, replay, command_environment):
    pads = ("--pad", "kick", "--pad", "snare", "--pad", "clap")
    answer = astrodrum("learn", "default", *pads, "-f", replay, environment=command_environment)
    assert answer.code == 2
    assert "ended before 'clap' was hit" in answer.err
    kit = load_patch(home / "default.toml")
    assert kit.pads[kit.pad_index("snare")].notes == (61,)


def test_pads_are_asked_for_until_an_empty_line(home, replay, command_environment):
    done = subprocess.run(
        [*COMMAND, "learn", "default", "-f", str(replay)],
        input="snrae\nsnare\n\n",
        capture_output=True,
        text=True,
        env=command_environment,
        timeout=60,
        cwd=REPO,
    )
    assert done.returncode == 0
    assert "no pad 'snrae' (did you mean 'snare'?)" in done.stderr
    assert "snare: note 60, taken from perc" in done.stderr


def test_ctrl_c_while_it_waits_leaves_a_valid_file(home, replay, command_environment):
    running = subprocess.Popen(
        [*COMMAND, "learn", "default", "-f", str(replay)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=command_environment,
        cwd=REPO,
    )
    running.stdin.write("snare\n")
    running.stdin.flush()
    while "snare: note 60" not in running.stderr.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert f"what was bound is in {home / 'default.toml'}" in told
    assert load_patch(home / "default.toml").pads
    assert [path.name for path in home.iterdir()] == ["default.toml"]


class Ports:
    """MIDI inputs on which somebody plays at once."""

    names, notices = ["Pads"], []

    def __init__(self, wanted, sink):
        assert wanted == "Pads"
        for message, at_ns in ((b"\xb9\x04\x40", 0), (b"\x99", 0), (b"\x99\x3c\x64", 1)):
            sink((message, at_ns, "Pads"))

    def watch(self, log):
        pass

    def close(self):
        pass


class NoPorts(Ports):
    names, notices = [], ["no MIDI here"]

    def __init__(self, wanted, sink):
        pass


def test_a_pad_is_learned_from_a_port(home, monkeypatch):
    monkeypatch.setattr(midi_ports, "MidiInput", Ports)
    monkeypatch.setenv("ASTRODRUM_HOME", str(home.parent))
    done = CliRunner().invoke(app, ["learn", "default", "--pad", "snare", "--midi", "Pads"])
    assert done.exit_code == 0
    kit = load_patch(home / "default.toml")
    assert kit.pads[kit.pad_index("snare")].notes == (60,)


def test_without_any_port_there_is_nothing_to_learn_from(home, monkeypatch):
    monkeypatch.setattr(midi_ports, "MidiInput", NoPorts)
    done = CliRunner().invoke(app, ["learn", "default", "--pad", "snare"])
    assert done.exit_code == 2
    assert "no MIDI here" in done.output
