"""What SECURITY.md promises."""

import io
import json
import os
import pickle
import stat
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fuzz_targets import zipped

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Keep, LoadKit, Store
from astrodrum_live.control.midi_file import MidiFileError, read_performance
from astrodrum_live.control.osc.budget import MOST, PER_S
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.encode import encode
from astrodrum_live.control.osc.inbox import MOST_BYTES, Inbox
from astrodrum_live.control.osc.packet import OscMessage, decode
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.server import OscOptions, OscServer
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.generation.frozen_pads import load_pad
from astrodrum_live.live.performance import PerformanceError, read_take
from astrodrum_live.live.saver import save_as
from astrodrum_live.model.bank import BANK, load_bank
from astrodrum_live.model.checkpoint import CONFIG, ModelError, read_card
from astrodrum_live.model.npz import read_npz
from astrodrum_live.model.player import load_model
from astrodrum_live.rt.memory import SharedMemory

PEER = ("10.0.0.7", 9000)
S = 10**9
HEAD = 'format = "astrodrum-kit"\nversion = 1\n'
PAD = '[[pad]]\nname = "kick"\nclass = "kick"\n'
DEEP = "[" * 100_000 + "]" * 100_000


class Posts(SilentInstrument):
    """Remembers what is posted."""

    def __init__(self, patch):
        super().__init__(patch)
        self.posted = []

    def post(self, event, arrival_ns, due_ns=None):
        self.posted.append(event)
        super().post(event, arrival_ns, due_ns)


@pytest.fixture
def instrument():
    return Posts(load_patch(find_patch("default")))


@pytest.fixture
def routes(instrument):
    return OscRoutes(instrument)


def handle(routes, address, *args, at_ns=S, peer=PEER):
    return routes.handle(OscMessage(address, args), peer, at_ns, Due(None))


# the network and files


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "../patches/default",
        "/etc/passwd",
        "default.toml",
        "patches/default",
        "..",
        "",
        "~/default",
        "default\0",
        "\\\\host\\share\\kit",
    ],
)
def test_the_network_loads_kits_by_name_only(routes, instrument, name, tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path))
    (tmp_path / "secret.toml").write_text(HEAD + PAD)
    (tmp_path / "patches").mkdir()
    (error,) = handle(routes, "/kit", name)
    assert (error.address, error.args[1]) == ("/error", "load_failed")
    assert not any(isinstance(event, LoadKit) for event in instrument.posted)


def test_a_file_that_is_no_kit_tells_the_network_nothing(routes, instrument, tmp_path, monkeypatch):
    """A link in the folder is its owner's wish; but what it leads to is not told."""
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path))
    (tmp_path / "patches").mkdir()
    (tmp_path / "secret").write_text("the secret words")
    (tmp_path / "patches" / "link.toml").symlink_to(tmp_path / "secret")
    assert not handle(routes, "/kit", "link")
    assert instrument.posted == [LoadKit("link")]
    told = [reply for _, reply in routes.poll()]
    assert "secret words" not in str(told)
    with pytest.raises(PatchError) as caught:
        load_patch(find_patch("link"))
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("address", ["/keep", "/store"])
def test_the_network_does_not_choose_where_is_written(routes, instrument, address):
    handle(routes, address, "../../x")
    handle(routes, address, "/tmp/x.wav")
    assert not instrument.posted
    handle(routes, address, "kick")
    assert instrument.posted == [Keep(0, 0) if address == "/keep" else Store(0)]


def test_there_is_no_address_that_opens_or_records_files(routes):
    for address in ("/load", "/record", "/open", "/quit", "/b_allocRead", "/cmd"):
        (error,) = handle(routes, address, "/etc/passwd")
        assert error.address == "/error"


@pytest.mark.parametrize("name", ["../kit", "/etc/kit", "a/b", ".kit", "", "x" * 41, "default"])
def test_what_is_saved_has_a_plain_name_of_the_users_own(name, instrument):
    with pytest.raises(ValueError, match="name"):
        save_as(name, instrument.patch, None, {})


@pytest.mark.parametrize("name", ["../kick", "a/b", "a\\\\b", "a.b", "", "x" * 33])
def test_the_name_of_a_pad_is_none_of_a_path(name):
    with pytest.raises(PatchError):
        parse_patch(f'{HEAD}[[pad]]\nname = "{name}"\nclass = "kick"\n')


# who is let in


def test_it_listens_to_this_machine_and_says_so_where_not(instrument):
    server = OscServer(instrument, "127.0.0.1:0", options=OscOptions(websocket=0))
    try:
        assert server.address[0] == "127.0.0.1"
        assert server.websocket[0] == "127.0.0.1"
        assert not any("anybody" in line for line in server.notices)
    finally:
        server.close()
    server = OscServer(instrument, "0.0.0.0:0", options=OscOptions(websocket=0))
    try:
        assert server.websocket[0] == "127.0.0.1"
        assert any("anybody who reaches port" in line for line in server.notices)
    finally:
        server.close()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the memory has no file here")
def test_the_shared_memory_is_its_owners():
    memory = SharedMemory(EngineConfig(voices=4))
    try:
        assert stat.S_IMODE((Path("/dev/shm") / memory.name).stat().st_mode) == 0o600
    finally:
        memory.close()


# how much comes back


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/sync", ()),
        ("/get", ("//",)),
        ("/help", ("/p/*/*",)),
        ("/list", ("methods",)),
        ("/stats", ()),
        ("/dirt/handshake", ()),
        ("/p/*/*", (0.5,)),
    ],
)
def test_what_a_peer_gets_or_reaches_is_bounded(routes, instrument, address, args):
    told = reached = 0
    for _ in range(1200):
        replies = handle(routes, address, *args)
        told += sum(1 + len(reply.args) // 8 for reply in replies)
        reached = len(instrument.posted)
    assert told + reached < MOST + 2048
    later = handle(routes, "/sync", at_ns=S + S * 3)
    assert len(later) > 100
    assert len(handle(routes, "/sync", peer=("10.0.0.8", 9000))) > 100
    assert PER_S < MOST


def test_who_asks_too_much_is_told_and_can_still_play(routes, instrument):
    replies = [reply for _ in range(40) for reply in handle(routes, "/sync")]
    assert [r.args[1] for r in replies if r.address == "/error"] == ["busy"]
    before = len(instrument.posted)
    handle(routes, "/hit/kick", 0.5)
    assert len(instrument.posted) == before + 1


def test_an_error_does_not_send_back_a_whole_datagram(routes):
    (error,) = handle(routes, "/hit", "x" * 60_000, 1.0)
    assert len(encode(error.address, error.args)) < 1200


def test_what_waits_is_bounded_in_bytes():
    inbox = Inbox()
    many = decode(b"#bundle\0" + bytes(7) + b"\1" + b"\0\0\0\4/a\0\0" * 8000)
    assert len(many.messages) == 8000
    for _ in range(200):
        inbox.arrived(many, PEER, lambda replies: None)
    waiting = 0
    while inbox:
        inbox.pop()
        waiting += 1
    assert waiting + inbox.lost == 200
    assert waiting * 8000 * 64 < MOST_BYTES
    inbox.arrived(many, PEER, lambda replies: None)
    assert inbox.peek() is not None


def test_datagrams_wait_as_they_came_and_are_bounded_in_bytes():
    inbox = Inbox()
    datagram = b"#bundle\0" + bytes(7) + b"\1" + b"\0\0\0\4/a\0\0" * 8000
    for _ in range(200):
        inbox.arrived(datagram, PEER, lambda replies: None)
    assert inbox.lost > 0
    assert (200 - inbox.lost) * len(datagram) < MOST_BYTES
    assert len(inbox.pop().packet.messages) == 8000
    lost = inbox.lost
    inbox.arrived(datagram, PEER, lambda replies: None)
    assert inbox.lost == lost


# files that are made to harm


class Bomb:
    """Leaves a file behind if it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def npy(array):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def claiming(shape):
    """An array's header of 128 bytes, and nothing behind it."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": "<i2", "fortran_order": False, "shape": shape}
    )
    return out.getvalue()


BANKS = {
    "a pickle": lambda path: zipped({"audio.npy": npy(np.array([Bomb(path)], object))}),
    "a bare pickle": lambda path: pickle.dumps(Bomb(path)),
    "terabytes claimed": lambda path: zipped({"audio.npy": claiming((1 << 41,))}),
    "a shape beyond memory": lambda path: zipped({"audio.npy": claiming((1 << 62, 1 << 62))}),
    "zeros that unpack": lambda path: zipped({"audio.npy": bytes(65 << 20)}),
    "a name twice": lambda path: zipped(
        {"audio.npy": claiming((0,)), "told.npy": npy(np.array("{}"))}
    ),
    "deep JSON": lambda path: zipped(
        {
            **{
                f"{name}.npy": npy(np.zeros((1, 1, 1), np.int16))
                for name in ("audio", "seeds", "latents")
            },
            "told.npy": npy(np.array(DEEP)),
        }
    ),
    "no zip": lambda path: b"PK\x03\x04" + bytes(100),
    "many members": lambda path: zipped({f"{i}.npy": claiming((0,)) for i in range(1000)}),
    "LZMA": lambda path: zipped({"audio.npy": b"x"}, zipfile.ZIP_LZMA),
}


@pytest.mark.parametrize("kind", BANKS)
def test_a_bank_made_to_harm_is_refused_in_bounds(tmp_path, kind):
    ran = tmp_path / "ran"
    (tmp_path / BANK).write_bytes(BANKS[kind](ran))
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=BANK):
            load_bank(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
    assert not ran.exists()


def test_frozen_hits_made_to_harm_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "pads").mkdir()
    for make in BANKS.values():
        (tmp_path / "pads" / "aa.npz").write_bytes(make(tmp_path / "ran"))
        assert load_pad(tmp_path, "aa") is None
    assert not (tmp_path / "ran").exists()


def test_a_file_beyond_the_bound_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "big.npz").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        read_npz(tmp_path / "big.npz", 1000)


def test_a_config_that_wants_more_than_the_weights_hold_gets_no_memory(tiny_model, tmp_path):
    for file in tiny_model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    told = json.loads((tmp_path / CONFIG).read_text())
    told["model"] |= {"dim": 256, "kernel_len": 65}
    (tmp_path / CONFIG).write_text(json.dumps(told))
    with pytest.raises(ModelError, match="in its kernels alone"):
        load_model(tmp_path)


def test_deep_json_is_an_error_like_any(tmp_path):
    (tmp_path / CONFIG).write_text(DEEP)
    with pytest.raises(ModelError, match="not valid JSON"):
        read_card(tmp_path)
    (tmp_path / "a.performance.json").write_text(DEEP + "\n")
    with pytest.raises(PerformanceError, match=":1:"):
        read_take(tmp_path / "a.performance.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"seed = {DEEP}\n", "deep"),
        ("seed = " + "{a=" * 50 + "1" + "}" * 50 + "\n", "deep"),
        (f"seed = {'9' * 5000}\n", "64 bits"),
        (f"seed = 0x{'f' * 9000}\n", "64 bits"),
        (f"seed = {10**400}\n", "64 bits"),
        (f"{'a.' * 30_000}b = 1\n", "parts"),
        (f"[{'a.' * 30_000}b]\n", "parts"),
        (f"x = {{ {'a.' * 30_000}b = 1 }}\n", "parts"),
        ("# " + "x" * 300_000 + "\n", "characters"),
        (f'{PAD}[midi.cc]\n"{"9" * 5000}" = "kick.gain"\n', "controller"),
        (f"{PAD}[master]\ngain_db = {2**62}\n", "out of range"),
    ],
)
def test_toml_made_to_harm_is_refused_in_a_line(text, words):
    with pytest.raises(PatchError, match=words) as caught:
        parse_patch(HEAD + text)
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)


def test_a_kit_of_one_long_line_is_read_in_its_length():
    text = f"{HEAD}{PAD}notes = [{'[],' * 60_000}]\n"
    with pytest.raises(PatchError, match="notes"):
        parse_patch(text)


def midi_file(track):
    head = b"MThd\0\0\0\6\0\0\0\1\0\x60"
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (midi_file(b"\xff" * 200_000 + b"\0\x90\x24\x40"), "does not end"),
        (midi_file(b"\xff" * 60 + b"\x7f\x90\x24\x40"), "hours"),
        (midi_file(bytes(5 << 20)), "larger than 4 MiB"),
        (midi_file(b"\0\xff\x01\x8f\xff\xff\x7f"), "not a MIDI file|cut short"),
    ],
)
def test_a_midi_file_made_to_harm_is_refused(tmp_path, data, words):
    (tmp_path / "a.mid").write_bytes(data)
    with pytest.raises(MidiFileError, match=words):
        read_performance(tmp_path / "a.mid")


@pytest.mark.parametrize(
    "line",
    [
        {"end": 1 << 60},
        {"end": -1},
        {"frame": 1 << 40, "do": "panic", "pad": -1},
        {"kit": 1, "model": "m", "pads": ["x"], "latents": [], "names": ["x"], "hash": ""},
        {
            "kit": 1,
            "model": "m",
            "pads": [{"kick": "x"}],
            "latents": [],
            "names": ["x"],
            "hash": "",
        },
        {
            "kit": 1,
            "model": "m",
            "pads": [{"kick": 1}] * 99,
            "latents": [],
            "names": ["x"] * 99,
            "hash": "",
        },
        {
            "sound": 0,
            "kit": 1,
            "pad": 0,
            "rate": 1e9,
            "by": "model",
            "of": 0,
            "seed": "1",
            "check": "1",
            "made_for": 0.5,
        },
        {
            "sound": 0,
            "kit": 1,
            "pad": 0,
            "rate": 44100,
            "by": "model",
            "of": 0,
            "seed": "f" * 17,
            "check": "1",
            "made_for": 0.5,
        },
    ],
)
def test_a_performance_made_to_harm_is_refused_with_its_line(tmp_path, line):
    begin = {
        "format": "astrodrum-performance",
        "version": 1,
        "rate": 48000,
        "voices": 8,
        "hit_seconds": 1.0,
        "generator": "cpu",
    }
    kit = {"kit": 1, "model": "m", "pads": [{"kick": 1.0}], "latents": [], "names": ["kick"]}
    lines = [begin, kit | {"hash": "0"}, {"row": 0, "values": {}}, line]
    path = tmp_path / "a.performance.json"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    with pytest.raises(PerformanceError, match=":4:"):
        read_take(path)
