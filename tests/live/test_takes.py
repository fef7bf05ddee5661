"""A recording and its performance file: what is rendered from it is the recording, to the bit."""

import json
import time

import numpy as np
import pytest
import soundfile
from patience import until

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import (
    Choke,
    Freeze,
    Hit,
    LoadKit,
    Panic,
    Record,
    Set,
    SetOrbit,
)
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.performance import PerformanceError, performance_path, read_take
from astrodrum_live.live.performance_writer import PerformanceWriter
from astrodrum_live.live.replay import length_of
from astrodrum_live.live.take_files import in_whole, stem_names, write_mix, write_stems
from astrodrum_live.now import now_ns

HEAD = (
    '{"format": "astrodrum-performance", "version": 1, "rate": 48000, "voices": 8,'
    ' "hit_seconds": 0.1, "generator": "cpu"}\n'
)
KIT = '{"kit": 1, "hash": "0", "names": ["a"], "model": "m", "pads": [{}], "latents": []}\n'


class Playing:
    """An instrument that records; each event is waited for until the callback has obeyed it.
    ``whole``: from its start; else ``record`` begins to."""

    def __init__(self, kit, folder, generator: str, whole: bool = True) -> None:
        self.wav = folder / "take.wav"
        self.lines: list[str] = []
        record = self.wav if whole else None
        options = Options(audio="null", generator=generator, session=3, record=record)
        self.instrument = LiveInstrument(load_patch(kit), options, self.lines.append)

    def play(self, *events) -> None:
        header = self.instrument.engine.memory.header[0]
        for event in events:
            before = int(header["take_write"][0])
            self.instrument.post(event, now_ns())
            if isinstance(event, Set) and event.param in ("brightness", "seed"):  # the generator's
                until(
                    lambda event=event: self.instrument.value(event.pad, event.param) == event.value
                )
            else:
                until(lambda before=before: int(header["take_write"][0]) > before)

    def until_generating(self, again: bool = False) -> None:
        made = self.instrument.engine.memory.header[0]["gen_hits"]
        before = int(made[0]) if again else 0
        until(lambda: int(made[0]) > before + 20)

    def silence(self) -> None:
        until(lambda: self.instrument.engine.counters()["voices"] == 0)

    def record(self, on: bool) -> None:
        self.instrument.post(Record(on), now_ns())
        until(lambda: any(("recording to" if on else "recorded ") in line for line in self.lines))
        if on:
            until(lambda: self.instrument.engine.memory.header[0]["taking"][0] == 1)
            self.wav = self.instrument.tape.recorder.path

    def close(self):
        self.instrument.close()
        return read_take(performance_path(self.wav))


def rendered(take, folder, block=256) -> tuple[np.ndarray, int]:
    out = folder / f"again-{block}.wav"
    report = write_mix(take, out, None, lambda frames: None, lambda: False, block)
    return soundfile.read(out, dtype="int32")[0], report.different


def struck(count: int) -> list:
    return [Hit(n % 3, 0.3 + 0.1 * (n % 7), (("pan", n / count),)) for n in range(count)]


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_what_is_rendered_is_the_recording_to_the_bit(kit, tmp_path, generator):
    playing = Playing(kit(), tmp_path, generator)
    playing.play(*struck(4))  # the first hits, of before there is a generator
    playing.until_generating()
    playing.play(*struck(10), Set(0, "gain", -7.5), Set(0, "brightness", 0.9), Set(1, "seed", 5.0))
    playing.play(SetOrbit(0, "room", 0.5), SetOrbit(0, "delay", 0.4), Set(None, "gain", 3.0))
    playing.play(*struck(6), Hit(2, 0.8, (("speed", -1.5), ("cutoff", 900.0))), Choke(0))
    playing.play(Hit(1, 0.7, number=12345), Panic(), *struck(9), Hit(1, 0.7, number=12345))
    take = playing.close()
    recorded = soundfile.read(playing.wav, dtype="int32")[0]
    assert length_of(take) == len(recorded)
    assert np.abs(recorded).max() > 2**24
    for block in (256, 1000):
        again, different = rendered(take, tmp_path, block)
        assert different == 0
        np.testing.assert_array_equal(again, recorded)


def test_a_kit_that_came_while_it_was_recorded_comes_again(kit, tmp_path):
    other = kit("electro")
    playing = Playing(kit(), tmp_path, "frozen")
    playing.until_generating()
    playing.play(*struck(5))
    playing.instrument.kits._known["electro"] = other
    playing.instrument.post(LoadKit("electro"), now_ns())
    until(lambda: playing.instrument.patch.kit == "electro")
    playing.until_generating(again=True)
    playing.play(*struck(30))
    take = playing.close()
    assert sorted(take.kits) == [1, 2]
    assert {source.kit for source in take.sounds.values()} == {1, 2}
    again, different = rendered(take, tmp_path)
    assert different == 0
    np.testing.assert_array_equal(again, soundfile.read(playing.wav, dtype="int32")[0])


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
@pytest.mark.parametrize("ended", [True, False], ids=["ended", "till the end"])
def test_what_is_recorded_from_the_middle_is_rendered_to_the_bit_too(
    kit, tmp_path, monkeypatch, generator, ended
):
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path / "home"))
    other = kit("electro")
    playing = Playing(kit(), tmp_path, generator, whole=False)
    header = playing.instrument.engine.memory.header[0]
    header["taking"][0] = 1  # so that ``play`` sees what was obeyed
    playing.until_generating()
    playing.play(*struck(4), Set(0, "gain", -7.5), Set(0, "brightness", 0.9), Set(2, "pan", 0.5))
    playing.play(SetOrbit(0, "room", 0.5), Set(1, "orbit", 3), SetOrbit(3, "delay", 0.4))
    playing.play(Set(None, "gain", 3.0), Hit(0, 0.5), Panic())
    playing.instrument.post(Freeze(0), now_ns())
    until(lambda: playing.instrument.frozen())
    playing.instrument.kits._known["electro"] = other
    playing.instrument.post(LoadKit("electro"), now_ns())
    until(lambda: playing.instrument.patch.kit == "electro")
    playing.until_generating(again=True)
    playing.play(Set(2, "gain", -3.0))
    playing.silence()
    playing.record(True)
    time.sleep(0.05)  # a fader's way to where it stands is heard
    playing.play(*struck(20), Set(2, "pitch", 3.0), Hit(2, 0.9), Hit(1, 0.7, number=12345))
    if ended:
        playing.record(False)
    take = playing.close()
    recorded = soundfile.read(playing.wav, dtype="int32")[0]
    assert length_of(take) == len(recorded)
    assert np.abs(recorded).max() > 2**24
    again, different = rendered(take, tmp_path)
    assert different == 0
    np.testing.assert_array_equal(again, recorded)


def test_stems_add_up_to_the_mix(kit, tmp_path):
    playing = Playing(kit(), tmp_path, "frozen")
    playing.play(Set(None, "gain", 0.0), *[Hit(n % 2, 0.2) for n in range(12)])
    playing.silence()
    limited = playing.instrument.stats()["limited_blocks"]
    take = playing.close()
    assert limited == 0
    write_stems(take, tmp_path / "stems", None, lambda frames: None, lambda: False)
    stems = {
        path.stem: soundfile.read(path, dtype="int32")[0] >> 8
        for path in (tmp_path / "stems").glob("*.wav")
    }
    names = take.names[1]
    recorded = soundfile.read(playing.wav, dtype="int32")[0] >> 8
    assert set(stems) == set(names)
    assert np.abs(sum(stems.values()) - recorded).max() <= 1
    assert {name for name in names if stems[name].any()} == set(names[:2])
    assert soundfile.info(tmp_path / "stems" / f"{names[0]}.wav").subtype == "PCM_24"


def test_rounded_stems_add_up_to_the_rounded_sum():
    third = 1 / 3 / (2**23 - 1)  # a third of a step
    stems = np.full((3, 1, 2), third, np.float32)
    assert (in_whole(stems) >> 8).sum(axis=0).tolist() == [[1, 1]]


def test_pads_of_one_name_get_files_of_their_own(tmp_path):
    path = tmp_path / "two.performance.json"
    path.write_text(HEAD + KIT.replace('["a"]', '["../a", "b", "b"]'))
    assert stem_names(read_take(path)) == ["___a", "01_b", "02_b"]


def test_a_hit_that_comes_out_otherwise_is_counted_and_still_sounds(kit, tmp_path):
    playing = Playing(kit(), tmp_path, "frozen")
    playing.play(Hit(0, 0.9), Hit(1, 0.9))
    playing.close()
    path = performance_path(playing.wav)
    lines = path.read_text().splitlines(keepends=True)
    at = next(index for index, line in enumerate(lines) if '"sound": 1,' in line)
    begin = lines[at].index('"check": "') + len('"check": "')
    lines[at] = lines[at][:begin] + "00000000" + lines[at][begin + 8 :]
    path.write_text("".join(lines))
    again, different = rendered(read_take(path), tmp_path)
    assert different == 1
    np.testing.assert_array_equal(again, soundfile.read(playing.wav, dtype="int32")[0])


def test_a_performance_is_a_json_object_a_line_and_says_so_in_its_name(kit, tmp_path):
    playing = Playing(kit(), tmp_path, "frozen")
    playing.play(Hit(0, 0.9))
    playing.close()
    path = performance_path(playing.wav)
    assert path.name == "take.performance.jsonl"
    assert all(isinstance(json.loads(line), dict) for line in path.read_text().splitlines())
    old = path.rename(path.with_suffix(".json"))
    assert read_take(old).frames == len(soundfile.read(playing.wav)[0])


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "cut.performance.json"
    path.write_text(HEAD + KIT + '{"frame": 4, "do": "choke", "pad": 0}\n{"frame": 5, "do": "pa')
    take = read_take(path)
    assert [one.frame for one in take.obeyed] == [4]
    assert take.frames is None
    assert length_of(take) == 4 + 3 * 48000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no performance"),
        ("[]\n", ":1: this is no performance file"),
        ("{}\n", ":1: this is no performance file"),
        ("nonsense\n", ":1: "),
        (HEAD.replace('"version": 1', '"version": 9'), "version 9"),
        (HEAD.replace("48000", "1"), "rate is 1"),
        (HEAD + '{"frame": 0, "do": "dance", "pad": 0}\n', ":2: no command is called 'dance'"),
        (HEAD + '{"frame": 0, "do": "choke", "pad": 16}\n', "no pad .* 16"),
        (HEAD + '{"frame": 0, "do": "orbit", "pad": 12, "param": "room", "value": 1}\n', "12"),
        (HEAD + '{"frame": 0, "do": "set", "pad": 0, "param": "x", "value": 1}\n', "'x'"),
        (HEAD + '{"frame": -1, "do": "choke", "pad": 0}\n', "frame -1"),
        (HEAD + '{"frame": 0, "do": "hit", "pad": 0, "layer": 0}\n', "velocity"),
        (HEAD + '{"frame": 0, "do": "choke", "pad": 0, "sound": 7}\n', "no sound 7"),
        (HEAD + '{"sound": 1, "by": "model", "kit": 4, "pad": 0, "rate": 1}\n', "no kit"),
        (HEAD + '{"row": 1, "values": {"colour": 1}}\n', "colour"),
    ],
)
def test_what_is_no_performance_is_told_with_its_line(tmp_path, text, said):
    path = tmp_path / "bad.performance.json"
    path.write_text(text)
    with pytest.raises(PerformanceError, match=said):
        read_take(path)


def test_a_full_disk_ends_the_performance_file_and_nothing_else(tmp_path):
    full = tmp_path / "full"
    try:
        full.symlink_to("/dev/full")
        full.open("ab").close()
    except OSError:
        pytest.skip("no /dev/full here")
    engine, lines = Engine(EngineConfig(hit_seconds=0.1)), []
    try:
        writer = PerformanceWriter(engine, full, lines.append)
        writer.start()
        until(lambda: lines)
        engine.post_hit(0, 1.0)
        engine.render(100)
        writer.close()
        assert engine.counters()["empty"] == 1
    finally:
        engine.close()
    assert len(lines) == 1
    assert "ends here" in lines[0]


def test_without_a_recording_nothing_is_written_down(kit):
    options = Options(audio="null", generator="frozen", session=3)
    instrument = LiveInstrument(load_patch(kit()), options, lambda text: None)
    try:
        instrument.post(Hit(0, 0.5), now_ns())
        until(lambda: instrument.engine.counters()["played"] == 1)
        assert int(instrument.engine.memory.header[0]["take_write"][0]) == 0
    finally:
        instrument.close()
