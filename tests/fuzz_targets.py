"""Every door that bytes from outside come in by, as a function that takes any bytes.

Each accepts them (True), or refuses them with the one error its reader documents (False). Anything
else that is raised is a fault. ``tools/fuzz.py`` looks for such bytes; ``tests/corpora`` keeps
those it began from, and those that were faults once.
"""

import atexit
import hashlib
import io
import json
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np

from astrodrum_live.control.beat_file import load_beat, save_patterns
from astrodrum_live.control.events import EditPattern, Fill, Mute, Select, SetSwing
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_file import MidiFileError, read_performance
from astrodrum_live.control.midi_words import midi_seen
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.framing import FramingError, framing_of
from astrodrum_live.control.osc.inbox import Arrived
from astrodrum_live.control.osc.packet import OscPacket, decode, kind_of
from astrodrum_live.control.osc.quiet_log import QuietLog
from astrodrum_live.control.osc.reply import datagrams
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.sequence_told import full_state
from astrodrum_live.control.osc.strudel import decode_json, encode_json
from astrodrum_live.control.osc.time_tags import TimeTags
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch, save_values
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.generation.frozen_pads import class_pad, load_pad, save_pad
from astrodrum_live.live.performance import PerformanceError, read_take
from astrodrum_live.live.song import Song
from astrodrum_live.model.bank import BANK, Bank, load_bank, save_bank
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS, ModelError, read_card, read_network
from astrodrum_live.model.tensor_bundle import open_bundle
from astrodrum_live.page.files import page_files
from astrodrum_live.page.guard import Guard
from astrodrum_live.page.messages import MAX_TEXT, NotAllowed, read_messages, to_json, to_osc
from astrodrum_live.page.mirror import Mirror, Outbox
from astrodrum_live.transport.clock_in import CLOCK_BYTES, ClockIn
from astrodrum_live.transport.follower import Follower
from astrodrum_live.transport.transport import Transport

Target = Callable[[bytes], bool]
REPO = Path(__file__).resolve().parents[1]
CORPORA = Path(__file__).parent / "corpora"
PEER = ("127.0.0.1", 9000)
UNIX_NS = 1_700_000_000 * 10**9
MOST = 1 << 16  # bytes of an input
_CALLS = count()
_MEMORY = Path("/dev/shm")
KEY = "0123456789abcdef"


@contextmanager
def file_of(data: bytes, name: str):
    """A file that holds ``data``, alone in its folder."""
    folder = _folder()
    for left in folder.rglob("*.*"):
        left.unlink()
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    yield path


def osc(data: bytes) -> bool:
    """A datagram: what it holds is handled, and what is answered can be sent."""
    packet = decode(data)
    assert all(kind_of(problem) for problem in packet.problems)
    _handled(packet, lambda replies: list(datagrams(replies)))
    return bool(packet.messages)


def stream(data: bytes) -> bool:
    """A TCP stream, in pieces of as many bytes as its last byte says."""
    size = 1 + (data[-1] if data else 0)
    try:
        framing = framing_of(data[0] if data else 0)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        packets = [packet for piece in pieces for packet in framing.feed(piece)]
    except FramingError:
        return False
    for packet in packets:
        _handled(decode(packet), lambda replies: [framing.wrap(one) for one in datagrams(replies)])
    return bool(packets)


def websocket(data: bytes) -> bool:
    """A text frame of a WebSocket. Its words may come back over UDP too, to who watches."""
    packet = decode_json(data.decode("utf-8", "replace"), (57130,))
    _handled(packet, lambda replies: [encode_json(reply) for reply in replies])
    _handled(packet, lambda replies: list(datagrams(replies)))
    return bool(packet.messages)


def page(data: bytes) -> bool:
    """A frame of a browser: what is let through is OSC that the instrument handles, and what it
    answers can be told to a browser. A name in it that asks for a hit goes into a file's name."""
    text = data.decode("utf-8", "replace")
    frame = text[:MAX_TEXT]
    try:
        read = read_messages(frame)
        packets = [decode(to_osc(message)) for message in read]
    except NotAllowed as error:
        to_json([["/page/words", str(error)]])
        return False
    mirror, outbox = Mirror(), Outbox()

    def told(replies) -> None:
        for packet in map(decode, datagrams(replies)):
            for message in packet.messages:
                mirror.take((message.address, list(message.args)))
                outbox.put((message.address, list(message.args)))

    for packet in packets[:32]:
        assert len(packet.messages) == 1
        assert not packet.problems
        _handled(packet, told)
    json.loads(to_json(outbox.take()))
    json.loads(to_json([[address, *args] for address, args in mirror.whole()]))
    return bool(packets)


def page_request(data: bytes) -> bool:
    """What a browser asks by HTTP, in lines: the path, then Host, then Origin."""
    path, host, origin = [*data.decode("latin-1").split("\n"), "", "", ""][:3]
    refused = [
        guard.refuses(path, [host] if host else [], [origin] if origin else [])
        for guard in (Guard("127.0.0.1"), Guard("0.0.0.0", "token"))
    ]
    own = host.startswith(("127.0.0.1", "localhost", "[::1]")) or host.lower().startswith("local")
    assert refused[0] or own
    assert refused[1] or path.startswith("/token/")
    if not refused[0]:
        name = unquote(urlsplit(path).path[1:])
        assert name not in page_files() or "/" not in name
    return not refused[0]


def sequence(data: bytes) -> bool:
    """Edits of patterns by OSC, a JSON list a line, one after the other on the same patterns: each
    is made, or refused in words; then the state is told, and written and read as a beat file."""
    instrument = _EditedInstrument(kit())
    routes = OscRoutes(instrument, kits=lambda: ["default"])
    edited = False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines()[:64]):
        try:
            (read,) = read_messages(line)
            (message,) = decode(to_osc(read)).messages
        except (NotAllowed, ValueError):
            continue
        if not message.address.startswith("/seq/"):
            continue
        replies = routes.handle(message, PEER, UNIX_NS + 10**10 * number, Due(None))
        edited = edited or not any(reply.address == "/error" for reply in replies)
        list(datagrams(replies))
    list(datagrams(full_state(instrument.sequence(), kit().pad_names())))
    with file_of(b"", "a.beat.toml") as path:
        path.unlink()
        save_patterns(path, list(instrument.song.now.book.patterns), [])
        assert [one.name for one in load_beat(path)] == instrument.song.now.book.names()
    return edited


class _EditedInstrument(SilentInstrument):
    """No sound, but its patterns are edited."""

    def __init__(self, patch) -> None:
        super().__init__(patch)
        self.song = Song(patch, None, lambda what, before, after: None)

    def sequence(self):
        return self.song.now

    def post(self, event, arrival_ns, due_ns=None) -> None:
        if isinstance(event, EditPattern | Select | Fill | Mute | SetSwing):
            with suppress(KeyError, ValueError):  # as ``Conductor`` has it
                self.song.obey(event)
            if isinstance(event, EditPattern):
                event.obeyed = True


def _handled(packet: OscPacket, send: Callable) -> None:
    routes, tags = _routes(), TimeTags(QuietLog(lambda: 0))
    routes.monitor.watched = True
    now_ns = UNIX_NS + 10**10 * next(_CALLS)
    arrived = Arrived(packet, PEER, send, now_ns, now_ns, now_ns)
    for problem in packet.problems:
        routes.misunderstood(problem, PEER)
    for message in packet.messages[:32]:  # the rest is more of the same
        send(routes.handle(message, PEER, now_ns, tags.due(message, arrived)))
        routes.handle(message, PEER, now_ns, Due(None))
    for _, reply in routes.poll():
        send([reply])


def midi(data: bytes) -> bool:
    """Messages of a MIDI port, each after its length: to the kit, to the clock, to the monitor."""
    mapping = Mapping(kit(), kits=("default", "electro"))
    follower = Follower(Transport(48000), lambda ns: ns * 48000 / 1e9)
    clock = ClockIn(follower, lambda line: None)
    heard, at, ns = False, 0, 10**10
    while at < len(data):
        size = data[at] % 12
        message, at, ns = data[at + 1 : at + 1 + size], at + 1 + size, ns + data[at] * 10**6
        if message and message[0] in CLOCK_BYTES:
            clock.take(message, ns, "port")
            clock.look(ns)
            continue
        events = mapping.events(message, ns, "port")
        midi_seen(message, events, kit(), mapping.why, "port")
        heard = heard or bool(events)
    return heard


def midi_file(data: bytes) -> bool:
    """A Standard MIDI File."""
    with file_of(data, "a.mid") as path:
        try:
            return bool(read_performance(path))
        except MidiFileError:
            return False


def patch(data: bytes) -> bool:
    """A kit: read, and if it can be read, saved into."""
    with file_of(data, "a.toml") as path:
        try:
            read = load_patch(path)
        except PatchError:
            return False
        with suppress(PatchError):
            save_values(path, {(read.pads[0].name, "gain"): -3.0, ("orbit3", "room"): 0.5})
        return True


def bank(data: bytes) -> bool:
    """A model's bank of hits."""
    with file_of(data, BANK) as path:
        try:
            read = load_bank(path.parent)
        except ModelError:
            return False
        for label in range(len(read.classes)):
            assert class_pad(read, label).of(1) is not None
        return True


def frozen_pad(data: bytes) -> bool:
    """A pad's frozen hits."""
    with file_of(data, f"pads/{KEY}.npz") as path:
        pad = load_pad(path.parent.parent, KEY)
        return pad is not None and all(len(pad.audio) > hit for hit in pad.of(2))


def model_config(data: bytes) -> bool:
    """A model's ``config.json``, beside sound weights whose hash it is told."""
    with file_of(data.replace(b"SHA256", _digest(_weights()).encode()), CONFIG) as path:
        (path.parent / WEIGHTS).write_bytes(_weights())
        return _card(path.parent)


def model_weights(data: bytes) -> bool:
    """A model's weights, beside a config that vouches for them."""
    with file_of(data, WEIGHTS) as path:
        values = {
            "format": 1,
            "weights_sha256": _digest(data),
            "prior": {"kind": "mixture"},
            "model": {"kind": "live", "classes": ["kick", "snare"], "latent_dim": 2, "dim": 1},
        }
        (path.parent / CONFIG).write_text(json.dumps(values))
        return _card(path.parent)


def _card(folder: Path) -> bool:
    try:
        card = read_card(folder)
        card.prior.sample(0, 1)
        read_network(card, "generator")
        return True
    except ModelError:
        return False


def bundle(data: bytes) -> bool:
    """The index of a checkpoint of the original WaveGAN."""
    with file_of(data, "model.ckpt-1.index") as path:
        shutil.copyfile(
            _bundle_folder() / f"{_BUNDLE}.data-00000-of-00001",
            path.with_name("model.ckpt-1.data-00000-of-00001"),
        )
        try:
            opened = open_bundle(path.with_name("model.ckpt-1"))
            for name in opened.entries:
                opened.read(name)
            return True
        except ModelError:
            return False


def performance(data: bytes) -> bool:
    """A performance file."""
    with file_of(data, "take.performance.jsonl") as path:
        try:
            read_take(path)
            return True
        except PerformanceError:
            return False


TARGETS: dict[str, Target] = {
    one.__name__: one
    for one in (
        osc,
        stream,
        websocket,
        page,
        page_request,
        sequence,
        midi,
        midi_file,
        patch,
        bank,
        frozen_pad,
        model_config,
        model_weights,
        bundle,
        performance,
    )
}

_SMALL_KIT = b"""# a kit
format = "astrodrum-kit"
version = 1
name = "small"
seed = 7
[engine]
voices = 64
timing = "soonest"
[master]
gain_db = -1.5
[midi]
channel = 10
map = "gm"
choke_at = 64
kits = ["default"]
[midi.cc]
1 = "*.radius"
20 = { to = "kick.gain", over = [10, 90] }
[[orbit]]
orbit = 3
room = 0.25
[transport]
tempo_bpm = 120
[[pad]]
name = "kick"
class = { kick = 0.7, snare = 0.3 }
notes = [36, 35]
pan = -0.2
latent = { model = "0123456789ab", z = [0.1, -0.5] }
frozen = { model = "0123456789ab", hit = "0123456789abcdef", made_for = 0.7 }
[[pad]]
name = "hat"
class = "hat_closed"
choke_group = "hats"
note_off = "gate"
"""
_BUNDLE = "model.ckpt-18207"


def _bundle_folder() -> Path:
    return REPO / "tests" / "model" / "data" / "original_wavegan" / "nearest"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _folder() -> Path:
    memory = _MEMORY if _MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="astrodrum-fuzz-", dir=memory))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _routes() -> OscRoutes:
    return OscRoutes(SilentInstrument(kit()), kits=lambda: ["default"])


@cache
def kit():
    """The shipped kit."""
    return parse_patch((REPO / "patches" / "default.toml").read_text(), "default.toml")


@cache
def _weights() -> bytes:
    from safetensors.numpy import save

    means = np.array([[0, 1], [1, 0]], np.float32)
    one = np.ones(2, np.float32)
    prior = {
        "means": means,
        "scales": means,
        "chances": one,
        "label": np.array([0, 1], np.int32),
        "within": one,
        "across": one,
        "low": -one,
        "high": one,
    }
    return save({f"prior.{name}": array for name, array in prior.items()} | {"generator.a": one})


def seeds() -> dict[str, list[bytes]]:
    """What the corpora begin with: the project's own files, captures and messages, cut small."""
    lines = (REPO / "tests/control/data/osc_vectors.jsonl").read_text().splitlines()
    vectors = [bytes.fromhex(json.loads(line)["hex"]) for line in lines]
    told = {"version": 1, "rate": 48000, "voices": 8, "hit_seconds": 1.0, "generator": "cpu"}
    kit_line = {"kit": 1, "model": "m", "pads": [{"kick": 1.0}], "latents": [], "names": ["kick"]}
    sound = {
        "sound": 0,
        "kit": 1,
        "pad": 0,
        "rate": 44100,
        "by": "model",
        "of": 0,
        "seed": "1f",
        "check": "aa",
        "made_for": 0.7,
    }
    take = [
        {"format": "astrodrum-performance", **told},
        kit_line | {"hash": "0" * 12},
        {"row": 0, "values": {"gain": -3.0}},
        sound,
        {"frame": 5, "do": "hit", "pad": 0, "layer": 1, "velocity": 0.7, "gain": 1.0, "sound": 0},
        {"frame": 9, "do": "set", "pad": 0, "param": "gain", "value": -6.0},
        {"end": 999},
    ]
    small = Bank(
        ("kick", "snare"),
        44100,
        np.zeros((2, 1, 8), np.int16),
        np.ones((2, 1), np.uint64),
        np.zeros((2, 1, 2), np.float32),
        "0" * 12,
    )
    config = {
        "format": 1,
        "weights_sha256": "SHA256",
        "prior": {"kind": "mixture"},
        "model": {"kind": "live", "classes": ["kick", "snare"], "latent_dim": 2, "dim": 1},
    }
    strudel = {"address": "/dirt/play", "args": ["s", "bd", "n", 1.5], "timestamp": 1.7e12}
    with tempfile.TemporaryDirectory() as folder:
        save_bank(Path(folder), small)
        save_pad(Path(folder) / "pads", KEY, class_pad(small, 0))
        bank_file = (Path(folder) / BANK).read_bytes()
        pad_file = (Path(folder) / "pads" / f"{KEY}.npz").read_bytes()
    notes = [
        b"\x99\x26\x64",
        b"\xb9\x04\x7f",
        b"\xb9\x58\x21",
        b"\xa9\x31\x7f",
        b"\xc9\x01",
        b"\xf8",
        b"\xfa",
        b"\xf8",
        b"\xf2\x01\x02",
        b"\xfc",
        b"\x89\x26\x00",
    ]
    return {
        "osc": vectors,
        "stream": [
            b"".join(struct.pack(">i", len(one)) + one for one in vectors[:4]) + b"\x07",
            b"".join(b"\xc0" + one + b"\xc0" for one in vectors[:4]),
        ],
        "websocket": [
            json.dumps(strudel).encode(),
            b'{"address": "/get", "args": [{"type": "s", "value": "/p/*/gain"}]}',
        ],
        "page": [
            json.dumps(
                [
                    ["/undo/begin", "a beat"],
                    ["/seq/new", "a"],
                    ["/seq/track", "a", "kick", "length", 16, "text", "X---x---"],
                    ["/turn", "snare", "seed", 77, "z1", -0.5],
                    ["/freeze", "kick", "00000000000000ff", 0.75],
                    ["/seq/get"],
                    ["/undo/end"],
                ]
            ).encode(),
            b'["/hit/kick", 0.9]',
            b'["/transport/locate", 1e308]',
        ],
        "page_request": [
            b"/hit.wav?pad=kick&index=0\n127.0.0.1:8088\nhttp://127.0.0.1:8088",
            b"/token/%2e%2e/x\n[::1]:8088\n",
        ],
        "sequence": [
            b"\n".join(
                json.dumps(one).encode()
                for one in (
                    ["/seq/new", "a"],
                    ["/seq/pattern", "a", "tempo", 97.5, "swing", 0.6, "grid", 3, "beats", 5],
                    ["/seq/track", "a", "kick", "text", "X-o-123 x~|."],
                    ["/seq/step", "a", "kick", 3, "velocity", 0.3, "ratchet", 3, "when", "2:4"],
                    ["/seq/step", "a", "kick", 3, "seed", 7, "brightness", 0.9, "shift", -0.4],
                    ["/seq/select", "a", "now"],
                    ["/seq/rename", "a", "b"],
                    ["/seq/new", "c", "b"],
                    ["/seq/mute", "kick", 1],
                    ["/seq/delete", "c", "kick"],
                    ["/seq/clear", "", "kick"],
                    ["/seq/delete", "b"],
                )
            )
        ],
        "midi": [b"".join(bytes([len(one)]) + one for one in notes)],
        "midi_file": [_short_song()],
        "patch": [
            _SMALL_KIT,
            *(part.encode() for part in ("a.b.c = 1", "a = [[[1]]]", 'a = """b"""')),
        ],
        "bank": [bank_file],
        "frozen_pad": [pad_file],
        "model_config": [json.dumps(config).encode()],
        "model_weights": [_weights()],
        "bundle": [(_bundle_folder() / f"{_BUNDLE}.index").read_bytes()],
        "performance": ["".join(json.dumps(line) + "\n" for line in take).encode()],
    }


def _short_song() -> bytes:
    import mido

    song = mido.MidiFile(type=0, ticks_per_beat=96)
    tempo = mido.MetaMessage("set_tempo", tempo=500_000)
    beats = [
        mido.Message("note_on", channel=9, note=n, velocity=v, time=24)
        for n, v in ((36, 100), (42, 60), (38, 110), (42, 0))
    ]
    song.tracks.append(mido.MidiTrack([tempo, *beats]))
    out = io.BytesIO()
    song.save(file=out)
    return out.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file, which an ``.npz`` is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()
