"""What keeps hits, from outside: OSC's messages, a note, a pedal; each refuses what it is not."""

import mido
import pytest

from astrodrum_live.control.events import (
    Freeze,
    HeardHit,
    Hit,
    Keep,
    Redo,
    Store,
    Thaw,
    Undo,
)
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch import FrozenHit, PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.control.patch_frozen import save_frozen

PEER = ("127.0.0.1", 9)
KIT = '[midi]\n{}\n[[pad]]\nname = "kick"\nclass = "kick"\n'


@pytest.fixture
def send(instrument):
    routes = OscRoutes(instrument)

    def send(address: str, *args: object) -> list[tuple]:
        replies = routes.handle(OscMessage(address, args), PEER, 1, Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return send


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (("/freeze",), Freeze()),
        (("/freeze", "snare"), Freeze(1)),
        (("/freeze", "snare", 3), Freeze(1, 3)),
        (("/freeze", 1, 3), Freeze(1, 3)),
        (("/freeze", 2), Freeze(None, 2)),
        (("/keep", "kick", 7), Keep(0, 7)),
        (("/keep",), Keep()),
        (("/thaw",), Thaw()),
        (("/thaw", "snare"), Thaw(1)),
        (("/store",), Store()),
        (("/store", "snare"), Store(1)),
        (("/undo",), Undo()),
        (("/redo",), Redo()),
    ],
)
def test_a_message_becomes_one_event(send, instrument, message, event):
    assert send(*message) == []
    assert instrument.events == [event]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (("/freeze", "snar"), "unknown_voice"),
        (("/freeze", "snare", 8), "bad_args"),
        (("/freeze", -1), "bad_args"),
        (("/keep", "snare", "first"), "bad_args"),
        (("/keep", "../../etc/passwd"), "unknown_voice"),
        (("/thaw", 99), "unknown_voice"),
    ],
)
def test_what_names_no_hit_is_told_and_does_nothing(send, instrument, message, code):
    (reply,) = send(*message)
    assert code in reply
    assert instrument.events == []


def test_what_was_heard_is_listed(send, instrument):
    row = (("brightness", 0.75),)
    instrument.heard = lambda: [
        HeardHit(1, 0xABC, -1, 0.5, 0.25, row),
        HeardHit(0, 1, 7, 0.5, 1, ()),
    ]
    assert send("/heard") == [
        ("/heard", 0, "snare", "0000000000000abc", "-1", 0.5, 0.25, "brightness", 0.75),
        ("/heard", 1, "kick", "0000000000000001", "7", 0.5, 1),
        ("/heard/done", 2),
    ]


def test_a_note_of_its_own_freezes_and_strikes_nothing(new_kit):
    mapping = Mapping(load_patch(new_kit(KIT.format("freeze_note = 90"))))
    note = mido.Message("note_on", note=90, velocity=1, channel=3).bytes()
    assert mapping.events(bytes(note)) == (Freeze(toggle=True),)
    assert isinstance(mapping.events(bytes([0x99, 36, 100]))[0], Hit)
    assert mapping.events(bytes([0x80, 90, 0])) == ()


def test_a_switch_freezes_when_it_goes_down_only(new_kit):
    mapping = Mapping(load_patch(new_kit(KIT.format("freeze_cc = 80"))))
    values = (0, 63, 64, 127, 127, 20, 90)
    events = [mapping.events(bytes([0xB0, 80, value])) for value in values]
    pressed = (Freeze(toggle=True),)
    assert events == [(), (), pressed, (), (), (), pressed]


def test_without_the_keys_nothing_freezes(new_kit):
    mapping = Mapping(load_patch(new_kit(KIT.format(""))))
    assert mapping.events(bytes([0xB0, 0, 127])) == ()
    assert not any(isinstance(e, Freeze) for n in range(128) for e in mapping.hits(n, 1.0))


@pytest.mark.parametrize("line", ["freeze_note = 128", "freeze_cc = 120", 'freeze_note = "c1"'])
def test_a_note_or_controller_that_is_none_is_told_with_its_line(new_kit, line):
    with pytest.raises(PatchError, match=f":4: {line.split()[0]} is"):
        load_patch(new_kit(KIT.format(line)))


FROZEN = FrozenHit("0123456789ab", 0xFEED, 0.6, {"brightness": 0.875, "average": 3.0, "seed": 4.0})


def test_what_a_pad_is_frozen_to_is_written_read_and_taken_out_again(new_kit):
    path = new_kit(KIT.format("") + "seed = 7  # the one\n")
    before = path.read_text()
    saved = save_frozen(path, {"kick": FROZEN})
    assert saved.pads[0].frozen == load_patch(path).pads[0].frozen == FROZEN
    assert "seed = 7  # the one\n" in path.read_text()
    assert save_frozen(path, {"kick": None}).pads[0].frozen is None
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("frozen", "said"),
    [
        ('"yes"', "must be a table"),
        ("{}", "model is ''"),
        ('{ model = "0123456789ab", hit = 5, made_for = 0.5 }', "hit must be text"),
        ('{ model = "0123456789ab", hit = "5", made_for = 0.5 }', "16 hex digits"),
        ('{ model = "0123456789ab", hit = "000000000000feed" }', "made_for is None"),
        ('{ model = "0123456789ab", hit = "000000000000feed", made_for = 2 }', "0 to 1"),
        (
            '{ model = "0123456789ab", hit = "000000000000feed", made_for = 0.5, gain_db = 1 }',
            "unknown key 'gain_db'",
        ),
        (
            '{ model = "0123456789ab", hit = "000000000000feed", made_for = 0.5, decay = 2 }',
            "out of range",
        ),
    ],
)
def test_what_no_pad_can_be_frozen_to_is_told_with_its_line(new_kit, frozen, said):
    with pytest.raises(PatchError, match=f":8: .*{said}"):
        load_patch(new_kit(KIT.format("") + f"frozen = {frozen}\n"))
