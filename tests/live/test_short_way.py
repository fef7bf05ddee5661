"""Strokes that pass Python by, on the instrument itself: the right pad, in order, and told of."""

import socket
import threading
import time

import pytest
from patience import until

from astrodrum_live.control.events import Freeze, LoadKit, Set
from astrodrum_live.control.osc.encode import encode
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.stroke_receiver import StrokeReceiver
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.session import Session, open_osc
from astrodrum_live.now import now_ns
from astrodrum_live.rt.command_kinds import HIT, SET_PAD
from astrodrum_live.urgency import hurry

pytestmark = pytest.mark.skipif(
    not StrokeReceiver.receives, reason="this system's strokes all take Python's way"
)


class Drummer:
    """An instrument on the null device, and a peer that plays it by OSC over UDP."""

    def __init__(self, kit, timing="soonest"):
        options = Options(audio="null", generator="frozen", session=3, timing=timing)
        self.instrument = LiveInstrument(load_patch(kit), options, lambda line: None)
        self.session = Session(self.instrument)
        self.server = self.session.keep(open_osc(self.instrument, "127.0.0.1:0", print))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.played = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.session.close()

    def send(self, address, *args):
        self.socket.sendto(encode(address, list(args)), self.server.address)

    @property
    def posted(self):
        """How many strokes went past Python."""
        return self.server._short.posted

    def heard(self, count):
        """The next so many that have sounded."""

        def drained():
            self.played += list(self.instrument.engine.drain_played())
            return len(self.played) >= count

        until(drained)
        heard, self.played = self.played[:count], self.played[count:]
        return heard

    def warmed(self):
        """Nothing of what came before is still on its way, and strokes are known."""

        def passes():
            before = self.posted
            self.send("/hit/kick", 0.5)
            self.heard(1)
            return self.posted > before

        until(passes)


@pytest.fixture(params=["soonest", "steady"])
def drummer(kit, request):
    with Drummer(kit(), request.param) as playing:
        playing.warmed()
        yield playing


def test_strokes_pass_python_and_are_played_counted_and_watched(drummer):
    names = drummer.instrument.patch.pad_names()
    seen = []
    drummer.instrument.scheduler.watch = lambda *hit: seen.append(hit)
    received, posted = drummer.server.figures()["received"], drummer.posted
    for pad, name in enumerate(names[:3]):
        drummer.send(f"/hit/{name}", 0.25 + 0.25 * pad)
        drummer.send("/hit", name, 0.3)
        drummer.send("/hit", pad, 0.35)
    heard = drummer.heard(9)
    assert sorted(int(hit["pad"]) for hit in heard) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert drummer.posted > posted  # while Python was at one of them, the next was its own
    assert drummer.server.figures()["received"] - received == 9
    until(lambda: len(seen) == 9)
    assert [hit.pad for hit, _, _ in seen] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert all(arrival <= posted <= now_ns() for _, arrival, posted in seen)


def test_a_knob_that_was_turned_before_a_stroke_is_turned_when_it_sounds(drummer):
    header = drummer.instrument.engine.memory.header[0]
    for step in range(20):
        write = int(header["command_write"][0])
        drummer.send("/p/kick/pan", -1.0 + 0.1 * step)
        drummer.send("/hit/kick", 0.5)
        drummer.heard(1)
        slots = len(header["command"])
        kinds = [int(header["command"][(write + one) % slots]["kind"]) for one in range(2)]
        assert int(header["command_write"][0]) == write + 2
        assert kinds == [SET_PAD, HIT]


def test_a_controller_that_waits_for_its_turn_is_obeyed_before_a_stroke(drummer):
    scheduler = drummer.instrument.scheduler
    scheduler._read_midi = lambda message, at_ns, port: (Set(0, "pan", message[2] / 127.0),)
    header = drummer.instrument.engine.memory.header[0]
    ring = header["command"]

    def sweep():
        hurry()  # as RtMidi's thread does
        for value in (10, 20):  # the second comes within 5 ms of the first, and waits
            scheduler.post_midi((bytes([0xB0, 20, value]), now_ns(), "fader"))
        drummer.send("/hit/kick", 0.5)

    for _ in range(10):
        write = int(header["command_write"][0])
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join()
        drummer.heard(1)
        until(lambda before=write: int(header["command_write"][0]) >= before + 3)
        kinds = [int(ring[at % len(ring)]["kind"]) for at in range(write, write + 3)]
        assert kinds == [SET_PAD, SET_PAD, HIT]
        time.sleep(0.01)


def test_a_frozen_pad_plays_what_it_is_frozen_to(drummer):
    drummer.instrument.post(Freeze(0), now_ns())
    until(lambda: drummer.instrument.orders.frozen(0))
    posted = drummer.posted
    drummer.send("/hit/kick", 0.5)
    drummer.heard(1)
    assert drummer.posted == posted


def test_another_kits_pads_are_struck_by_their_own_names(kit, tmp_path):
    text = kit().read_text()
    with Drummer(kit()) as drummer:
        drummer.warmed()
        names = drummer.instrument.patch.pad_names()
        swapped = text.replace(f'"{names[0]}"', '"\0"').replace(f'"{names[1]}"', f'"{names[0]}"')
        other = tmp_path / "other.toml"
        other.write_text(swapped.replace('"\0"', f'"{names[1]}"'))
        drummer.instrument.post(LoadKit(str(other)), now_ns())
        until(lambda: drummer.instrument.patch.path == other)
        assert drummer.instrument.patch.pad_names()[:2] == [names[1], names[0]]
        for _ in range(3):
            drummer.send(f"/hit/{names[0]}", 0.5)
            assert int(drummer.heard(1)[0]["pad"]) == 1
