"""The live instrument on the null device: notes in, sound out, kits changed, everything freed."""

import dataclasses
import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from patience import until

from astrodrum_live.control.events import Hit, LoadKit
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.recorder import Recorder, RecordError
from astrodrum_live.generation.device_choice import GeneratorError
from astrodrum_live.live import playing_kit
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.kit_loader import KitLoader
from astrodrum_live.live.session import Session, open_osc
from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.now import now_ns

PATIENCE_S = 20.0
NULL = Options(audio="null", generator="frozen", session=1)
KICK, SNARE, CRASH = b"\x99\x24\x7f", b"\x99\x26\x7f", b"\x99\x31\x7f"


class Stage:
    """An instrument that is closed at the end, and what it logged and played."""

    def __init__(self, patch: Path, options: Options = NULL) -> None:
        self.lines: list[str] = []
        self.instrument = LiveInstrument(load_patch(patch), options, self.lines.append)
        self.hits: list[np.void] = []

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.instrument.close()

    def send(self, message: bytes) -> int:
        arrival_ns = now_ns()
        self.instrument.scheduler.post_midi((message, arrival_ns))
        return arrival_ns

    def until_played(self, count: int) -> list[np.void]:
        def enough() -> bool:
            self.hits += list(self.instrument.engine.drain_played())
            return len(self.hits) >= count

        until(enough)
        return self.hits

    def until_logged(self, text: str) -> None:
        until(lambda: any(text in line for line in self.lines))

    @property
    def stats(self) -> dict:
        return self.instrument.stats()


def has_ended(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def test_notes_sound_on_their_pads_from_the_first_moment(kit):
    with Stage(kit()) as stage:
        for message in (KICK, SNARE, CRASH):
            stage.send(message)
        names = stage.instrument.patch.pad_names()
        hits = stage.until_played(3)
        assert [names[hit["pad"]] for hit in hits] == ["kick", "snare", "crash"]
        assert stage.stats["empty"] == 0
        assert stage.stats["midi_messages"] == 3


def test_notes_that_no_pad_plays_are_counted(kit):
    with Stage(kit()) as stage:
        stage.send(bytes([0x99, 2, 100]))
        stage.send(bytes([0x99, 2, 100]))
        stage.send(KICK)
        stage.until_played(1)
        assert stage.stats["unmapped_notes"] == 2


def test_who_watches_sees_notes_and_messages_and_what_they_did(kit):
    with Stage(kit()) as stage:
        stage.send(KICK)
        stage.until_played(1)
        assert stage.instrument.monitor.take() == []  # nobody watched
        stage.instrument.monitor.watched = True
        for message in (SNARE, b"\x99\x03\x7f", b"\xf8"):
            stage.send(message)
        stage.until_played(2)
        seen = []
        until(lambda: seen.extend(stage.instrument.monitor.take()) or len(seen) == 3)
        assert [(one.what, one.did) for one in seen] == [
            ("note 38 velocity 127 channel 10", "snare 1.00"),
            ("note 3 velocity 127 channel 10", ""),
            ("clock", ""),
        ]
        assert seen[1].why == "no pad of this kit plays note 3"


def test_info_and_stats_say_what_the_status_shows(kit):
    with Stage(kit()) as stage:
        info = stage.instrument.info()
        assert (info["rate"], info["block"], info["kit"]) == (48000, 128, "default")
        assert (info["voices"], info["device"]) == (96, "null (no sound; a clock)")
        assert set(stage.instrument.ready()) == set(stage.instrument.patch.pad_names())
        assert {"fresh", "generated", "repeated", "late", "xruns", "drift_ppm"} <= set(stage.stats)


def test_rate_block_and_timing_are_as_asked(kit):
    options = Options("null", 44100, 64, "frozen", timing="soonest")
    with Stage(kit(), options) as stage:
        config = stage.instrument.engine.config
        assert (config.rate, config.block, config.timing) == (44100, 64, "soonest")


def test_killed_generator_no_silent_note_and_it_comes_back(kit, tmp_path):
    record = tmp_path / "take.wav"
    options = Options("null", None, None, "frozen", 1, record)
    with Stage(kit(), options) as stage:
        until(lambda: stage.instrument.supervisor.state == "frozen")
        for number in range(30):
            if number == 10:
                os.kill(stage.instrument.supervisor.process_id, signal.SIGKILL)
            stage.send((KICK, SNARE, CRASH)[number % 3])
            time.sleep(0.02)
        hits = stage.until_played(30)
        assert len(hits) == 30
        assert stage.stats["empty"] == 0
        until(lambda: stage.stats["generator_restarts"] == 1)
        until(lambda: stage.instrument.supervisor.state == "frozen")
        time.sleep(0.3)
    sound, rate = soundfile.read(record)
    for hit in hits:
        frame = int(hit["frame"])
        assert np.abs(sound[frame : frame + rate // 50]).max() > 1e-2


def test_a_recording_begins_with_the_frame_that_onsets_count_from(kit, tmp_path, monkeypatch):
    begin, record = Recorder.start, tmp_path / "take.wav"

    def begin_slowly(recorder: Recorder) -> None:
        time.sleep(0.05)
        begin(recorder)

    monkeypatch.setattr(Recorder, "start", begin_slowly)
    with Stage(kit(), Options("null", None, None, "frozen", 1, record)) as stage:
        time.sleep(0.05)
        stage.send(KICK)
        (hit,) = stage.until_played(1)
        time.sleep(0.1)
    sound, _ = soundfile.read(record)
    first = int(np.argmax(np.abs(sound).max(axis=1) > 1e-4))
    assert 0 <= first - int(hit["frame"]) < 64  # half a block: a hit's own first samples are quiet


def test_saving_the_kit_changes_it_without_a_gap(kit):
    path = kit()
    with Stage(path) as stage:
        text = path.read_text()
        path.write_text(text.replace('name = "kick"', 'name = "kick"\ngain_db = -9.0', 1))
        stage.send(KICK)
        stage.until_logged("kit 'default' reloaded")
        assert stage.instrument.value(0, "gain") == -9.0
        stage.send(KICK)
        stage.until_played(2)
        assert stage.stats["empty"] == 0


def test_only_the_pads_whose_sound_has_changed_get_new_hits(kit):
    path = kit()
    with Stage(path) as stage:
        before = stage.instrument.engine.rings.epochs()
        text = path.read_text().replace("radius = 0.35", "radius = 0.9", 1)  # of the kick
        path.write_text(text.replace("pan = 0.05", "pan = 0.5"))
        stage.until_logged("reloaded")
        changed = stage.instrument.engine.rings.epochs() - before
        assert changed.tolist() == [1] + [0] * 15


def test_of_many_kits_asked_for_at_once_the_last_one_plays(kit, tmp_path):
    one = kit()
    other = tmp_path / "other.toml"
    other.write_text(one.read_text().replace("radius = 0.35", "radius = 0.9", 1))
    with Stage(other) as stage:
        stage.instrument.kits.want("nonsense")  # while it is refused, the others gather
        threads = threading.active_count()
        stage.instrument.kit.change(load_patch(one))
        stage.instrument.kits._known[load_patch(one).kit] = one
        for _ in range(50):
            stage.instrument.post(LoadKit(load_patch(one).kit), now_ns())
            stage.instrument.post(LoadKit("other"), now_ns())
        stage.until_logged("kit 'other'")
        until(lambda: stage.instrument.patch.kit == "other")
        assert stage.instrument.value(0, "radius") == 0.9
        assert threading.active_count() <= threads + 1


def test_a_night_of_changes_between_two_kits_is_told_whole_and_kept_once_each(kit, tmp_path):
    one = load_patch(kit())
    path = tmp_path / "other.toml"
    path.write_text(kit().read_text().replace('class = "kick"', 'class = "snare"', 1))
    told = []
    with Stage(kit()) as stage:
        for turn in range(6):
            stage.instrument.kit.change((load_patch(path), one)[turn % 2])
        stage.instrument.tape.performance = SimpleNamespace(kit=lambda *kit: told.append(kit))
        stage.instrument.kit.tell_performance()
        stage.instrument.tape.performance = None
    assert [number for number, *_ in told] == [1, 2, 3, 4, 5, 6, 7]
    assert [name for _, name, *_ in told] == ["default", "other"] * 3 + ["default"]
    assert len({id(sounds) for *_, sounds, _ in told}) == 2


def test_what_was_learnt_for_a_kit_that_has_left_is_not_bound_to_the_one_that_plays(kit, tmp_path):
    one = load_patch(kit())
    path = tmp_path / "other.toml"
    path.write_text(kit().read_text())
    with Stage(kit()) as stage:
        stage.instrument.kit.change(load_patch(path))
        stage.instrument.kit.bind(dataclasses.replace(one, midi=one.midi))
        assert stage.instrument.patch.path == path


def test_a_save_is_not_lost_beside_a_name_that_does_not_exist(kit, tmp_path):
    path = kit()
    other = tmp_path / "saved.toml"
    other.write_text(path.read_text().replace("radius = 0.35", "radius = 0.9", 1))
    saved = dataclasses.replace(load_patch(other), path=path)
    done, begin, log, came = [], threading.Event(), [], []

    def change(patch):
        begin.wait(PATIENCE_S)
        done.append(patch)

    loader = KitLoader(load_patch(path), change, log.append, lambda: came.append(1))
    try:
        # The first holds the thread up.
        for wish in (load_patch(path), "given up", saved, "nonsense"):
            loader._wishes.put(wish)
            time.sleep(0.05)
        begin.set()
        until(lambda: any("nonsense" in line for line in log))
        assert done[-1] is saved
    finally:
        loader.close()
    assert len(came) == 2  # who waits for a name waits no longer, whatever became of it


def test_a_kit_of_this_session_can_be_asked_for_again_by_name(kit):
    with Stage(kit()) as stage:
        own = stage.instrument.patch.kit
        assert own in stage.instrument.kits.names()
        stage.instrument.post(LoadKit("astrobeats"), now_ns())
        until(lambda: stage.instrument.patch.kit == "astrobeats")
        stage.instrument.post(LoadKit(own), now_ns())
        until(lambda: stage.instrument.patch.kit == own)


def test_a_number_is_made_before_it_is_due_and_a_kit_change_makes_it_anew(kit):
    def strike(stage) -> np.void:
        played = len(stage.hits)
        now = now_ns()
        stage.instrument.post(Hit(0, 0.8, (), 12345), now, now + 500_000_000)
        return stage.until_played(played + 1)[-1]

    with Stage(kit()) as stage:
        until(lambda: stage.instrument.supervisor.state == "frozen")
        first, again = strike(stage), strike(stage)
        assert first["number"] == again["number"] == 12345
        assert first["seed"] == again["seed"]
        assert (stage.stats["orders"], stage.stats["orders_found"]) == (1, 1)
        stage.instrument.kit.change(stage.instrument.patch)
        until(lambda: stage.instrument.supervisor.state == "frozen")
        assert strike(stage)["number"] == 12345
        assert (stage.stats["orders"], stage.stats["orders_made"]) == (2, 2)
        assert (stage.stats["made_to_order"], stage.stats["unmade"]) == (3, 0)
        assert stage.stats["orders_waiting"] == stage.stats["orders_no_slot"] == 0


def test_a_live_number_plays_a_ready_hit_once_and_then_itself(kit):
    with Stage(kit()) as stage:
        supervisor = stage.instrument.supervisor
        until(lambda: supervisor.state == "frozen")
        os.kill(supervisor.process_id, signal.SIGSTOP)  # or it might be made within the one block
        stage.instrument.post(Hit(0, 0.8, (), 5), now_ns())
        stage.until_played(1)
        os.kill(supervisor.process_id, signal.SIGCONT)
        until(lambda: stage.stats["orders_made"] == 1)
        stage.instrument.post(Hit(0, 0.8, (), 5), now_ns())
        assert [hit["number"] for hit in stage.until_played(2)] == [-1, 5]


def test_engine_settings_that_a_reload_cannot_change_are_told(kit):
    path = kit()
    with Stage(path) as stage:
        path.write_text(path.read_text().replace("voices = 96", "voices = 32", 1))
        stage.until_logged("voices and timing")


def test_loading_the_kit_again_takes_a_turned_knob_back(kit):
    with Stage(kit()) as stage:
        stage.instrument.engine.post_set(0, "radius", 1.9)
        turned = stage.instrument.engine.rings.epochs()
        stage.instrument.kit.change(stage.instrument.patch)
        assert (
            stage.instrument.value(0, "radius") == stage.instrument.patch.pads[0].values["radius"]
        )
        renewed = stage.instrument.engine.rings.epochs() - turned
        assert renewed[0] == 1
        assert not renewed[1:].any()


def test_a_model_with_longer_hits_than_the_first_one_is_told(kit, monkeypatch):
    with Stage(kit()) as stage:
        choice = playing_kit.choose_model(stage.instrument.patch)
        longer = choice._replace(longest_s=choice.longest_s + 1.0)
        monkeypatch.setattr(playing_kit, "choose_model", lambda _: longer)
        stage.instrument.kit.change(stage.instrument.patch)
        stage.until_logged("are cut at")


def test_a_bad_save_is_told_and_the_kit_plays_on(kit):
    path = kit()
    with Stage(path) as stage:
        good = path.read_text()
        path.write_text(good.replace("radius = 0.35", "radus = 0.35", 1))
        stage.until_logged("did you mean 'radius'?")
        assert "plays on" in stage.lines[-1]
        stage.send(KICK)
        stage.until_played(1)
        path.write_text(good.replace("radius = 0.35", "radius = 0.3", 1))
        stage.until_logged("reloaded")
        assert stage.instrument.value(0, "radius") == 0.3


def test_a_saved_kit_with_a_class_the_model_lacks_is_told(kit):
    path = kit()
    with Stage(path) as stage:
        path.write_text(path.read_text().replace('class = "clap"', 'class = "clapp"'))
        stage.until_logged("no class 'clapp' (did you mean 'clap'?)")
        assert stage.instrument.patch.pads[14].main_class == "clap"


def test_a_kit_with_more_pads_has_no_silent_one(kit):
    three, sixteen = kit("astrobeats"), kit("default")
    with Stage(three) as stage:
        stage.instrument.kit.change(load_patch(sixteen))
        for pad in range(16):
            stage.instrument.post(Hit(pad, 1.0), now_ns())
        stage.until_played(16)
        assert stage.stats["empty"] == 0
        assert stage.instrument.info()["kit"] == "default"


def test_a_kit_that_cannot_be_loaded_by_name_is_told(kit):
    with Stage(kit()) as stage:
        stage.instrument.post(LoadKit("moonquak"), now_ns())
        stage.until_logged("did you mean 'moonquake'?")
        assert stage.instrument.patch.kit == "default"


def test_closing_frees_everything_and_twice_is_harmless(kit, tmp_path, shared_blocks):
    blocks, threads = shared_blocks(), set(threading.enumerate())
    options = Options("null", None, None, "frozen", 1, tmp_path / "take.wav")
    stage = Stage(kit(), options)
    session = Session(stage.instrument)
    server = session.keep(open_osc(stage.instrument, "127.0.0.1:0", print))
    host, port = server.address
    generator = stage.instrument.supervisor
    until(lambda: generator.process_id is not None)
    process_id = generator.process_id
    session.close()
    stage.instrument.close()
    assert shared_blocks() == blocks
    assert set(threading.enumerate()) == threads
    until(lambda: has_ended(process_id))
    assert soundfile.info(tmp_path / "take.wav").frames >= 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free_again:
        free_again.bind((host, port))


def test_a_quick_start_and_stop_leaves_nothing(kit, shared_blocks):
    blocks = shared_blocks()
    for _ in range(3):
        Stage(kit()).instrument.close()
    assert shared_blocks() == blocks


def refuse_device(monkeypatch, options):
    def refuse(self):
        raise DeviceError("the device went away")

    monkeypatch.setattr("astrodrum_live.engine.null_device.NullDevice.start", refuse)


def refuse_recorder(monkeypatch, options):
    options["record"] = Path("/proc/none/take.wav")


def refuse_generator(monkeypatch, options):
    options["generator"] = "gpu"


def refuse_bank(monkeypatch, options):
    def refuse(folder):
        raise ModelError("bank.npz: cut short")

    monkeypatch.setattr("astrodrum_live.live.instrument.load_bank", refuse)


def refuse_watch(monkeypatch, options):
    def refuse(*_):
        raise OSError("too many files are being watched")

    monkeypatch.setattr("astrodrum_live.live.kit_loader.watch_patch", refuse)


@pytest.mark.parametrize(
    ("refuse", "error"),
    [
        (refuse_device, DeviceError),
        (refuse_recorder, RecordError),
        (refuse_generator, GeneratorError),
        (refuse_bank, ModelError),
        (refuse_watch, OSError),
    ],
)
def test_a_start_that_fails_half_way_leaves_nothing(
    kit, tmp_path, monkeypatch, shared_blocks, refuse, error
):
    blocks, threads = shared_blocks(), set(threading.enumerate())
    settings = {"audio": "null", "generator": "frozen", "record": tmp_path / "take.wav"}
    refuse(monkeypatch, settings)
    with pytest.raises(error):
        LiveInstrument(load_patch(kit()), Options(**settings), print)
    assert shared_blocks() == blocks
    assert set(threading.enumerate()) == threads


def test_a_taken_osc_port_is_an_error_if_asked_for_and_a_line_if_not(kit, monkeypatch):
    with Stage(kit()) as stage, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(OSError, match=r"choose another with --osc"):
            open_osc(stage.instrument, taken, print)
        monkeypatch.setattr("astrodrum_live.live.session.DEFAULT_ENDPOINT", taken)
        assert open_osc(stage.instrument, None, stage.lines.append) is None
        assert stage.lines[-1].endswith("playing without OSC")
        assert open_osc(stage.instrument, "none", print) is None


def test_a_missing_model_is_told_and_the_shipped_one_plays(kit, tiny_model, monkeypatch, tmp_path):
    monkeypatch.setattr("astrodrum_live.live.model_choice.DEFAULT_MODEL", str(tiny_model))
    with Stage(kit(model=tmp_path / "nowhere")) as stage:
        assert "no such model folder" in stage.lines[0]
        assert "playing the shipped model" in stage.lines[0]
        stage.send(KICK)
        stage.until_played(1)


def test_an_output_that_is_not_there_is_refused(kit):
    with pytest.raises(DeviceError):
        LiveInstrument(load_patch(kit()), Options(audio="nonesuch"), print)


def test_without_a_sound_card_the_null_device_plays(kit, monkeypatch):
    def nothing(device):
        raise DeviceError("no sound card here")

    monkeypatch.setattr("astrodrum_live.live.first_device.find_output", nothing)
    with Stage(kit(), Options(generator="frozen")) as stage:
        assert stage.lines[0] == "no sound card here; playing on the null device"
        assert stage.instrument.device.alive()
