"""The status: three lines that a player reads at a glance, in a terminal of 100 columns."""

from types import SimpleNamespace

import numpy as np
import pytest

from astrodrum_live.cli.status import Status, fill_mark
from astrodrum_live.config import EngineConfig
from astrodrum_live.live.onsets import write_onsets
from astrodrum_live.rt.layout import PLAYED

NAMES = [f"pad_with_a_long_name_{number}" for number in range(16)]


class Sounding:
    """An instrument in the middle of a long evening."""

    def __init__(self, alive: bool = True) -> None:
        self.device = SimpleNamespace(rate=192000, block=8192, alive=lambda: alive)
        self.engine = SimpleNamespace(config=EngineConfig(voices=256), take_peak=lambda: 1e-6)
        self.tempo = SimpleNamespace(words=lambda: "120.0 bpm 3.2 (TD-11)")
        self.supervisor = SimpleNamespace(state="model", text="drums-v8 on cuda")
        self.morph = SimpleNamespace(far="")
        self.held: list[str] = []

    def frozen(self) -> list[str]:
        return self.held

    def value(self, pad, param) -> float:
        return {(None, "kit_morph"): 0.4}[pad, param]

    def stats(self) -> dict[str, int]:
        counts = {"repeated": 12345, "late": 1234, "xruns": 999, "generated": 1234567}
        return {"voices": 256, **counts}

    def ready(self) -> dict[str, int]:
        return {name: 3 * number for number, name in enumerate(NAMES)}


@pytest.fixture
def status():
    status = Status(quiet=True)
    status._instrument = Sounding()
    status._played = 123456
    return status


def test_the_tempo_has_a_line_of_its_own(status):
    assert status.lines()[2] == "120.0 bpm 3.2 (TD-11)"


def test_the_lines_fit_into_a_hundred_columns(status):
    assert all(len(line) <= 100 for line in status.lines())


def test_the_emptiest_pad_is_named_and_every_pad_has_its_mark(status):
    _, fresh, _ = status.lines()
    assert "fresh 0112233455667788 " in fresh or "fresh 01" in fresh
    assert f"least 0 ({NAMES[0]})" in fresh
    assert len(fresh.split()[1]) == 16


def test_what_sounds_is_in_the_first_line(status):
    sounding, _, _ = status.lines()
    for words in ("AUDIO 192000/8192", "voices 256/256", "repeats 12345", "late 1234", "xruns 999"):
        assert words in sounding


def test_frozen_pads_and_the_way_to_another_kit_have_a_line_of_their_own_when_there_are_any(status):
    assert len(status.lines()) == 3
    status._instrument.held = ["snare", "kick"]
    assert status.lines()[3] == "frozen snare kick"
    status._instrument.morph.far = "electro"
    assert status.lines()[3] == "frozen snare kick  40% of the way to electro"


def test_a_device_that_is_gone_is_said_first(status):
    status._instrument = Sounding(alive=False)
    assert status.lines()[0].startswith("AUDIO GONE")


def test_what_is_gone_and_waited_for_stands_in_words_behind_the_rest(status, capsys):
    status._instrument.engine.drain_played = lambda: np.zeros(0, PLAYED)
    status.troubles += [lambda: "", lambda: "audio X gone, on null, looking", lambda: "MIDI Y gone"]
    status._quiet, status._last_line = False, float("-inf")
    status.tick()
    line = capsys.readouterr().err
    assert line.startswith("AUDIO 192000")
    assert line.endswith("  audio X gone, on null, looking; MIDI Y gone\n")


def test_an_onset_has_the_name_its_pad_had_when_it_sounded(status, tmp_path):
    played = np.zeros(3, PLAYED)
    played["pad"] = [0, 1, 2]
    instrument = status._instrument
    instrument.engine.drain_played = lambda: played
    status.onsets = []
    for names in (["kick", "snare", "hat"], ["low", "high"]):
        instrument.patch = SimpleNamespace(pad_names=lambda names=names: names)
        status.tick()
    write_onsets(tmp_path / "o.csv", status.onsets)
    rows = (tmp_path / "o.csv").read_text().splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["kick", "snare", "hat", "low", "high", "hat"]


@pytest.mark.parametrize(
    ("count", "mark"), [(0, "0"), (1, "1"), (5, "1"), (6, "2"), (47, "9"), (48, "9"), (60, "9")]
)
def test_only_an_empty_pad_is_marked_zero(count, mark):
    assert fill_mark(count, 48) == mark
