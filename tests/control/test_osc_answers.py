"""What OSC messages do to the instrument, and what their sender is told."""

import pytest

from astrodrum_live.control.events import Choke, Hit, Hush, LoadKit, Panic
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.instrument import TRANSPORT_STATES
from astrodrum_live.control.osc.due import Due, arrival, both_clocks, due
from astrodrum_live.control.osc.packet import OscMessage, decode
from astrodrum_live.control.osc.queries import ALL_METHODS
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, datagrams
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.superdirt.methods import DIRT_METHODS
from astrodrum_live.control.superdirt.superdirt import SuperDirt
from astrodrum_live.params import (
    MASTER_PARAMS,
    ORBIT_PARAMS,
    ORBITS,
    PAD_PARAMS,
    SEQ_PARAMS,
    TRANSPORT_PARAMS,
)

PEER = ("127.0.0.1", 40000)
MS = 1_000_000


@pytest.fixture
def routes(instrument, clock):
    return OscRoutes(instrument, lambda: ["astrobeats", "default"], clock, lambda: 1234.5)


@pytest.fixture
def send(routes, clock):
    """Sends one message, live or with what is known of its time tag, and returns the replies."""

    def say(address, *args, when=Due(None), peer=PEER):  # noqa: B008
        replies = routes.handle(OscMessage(address, args), peer, clock(), when)
        return [(reply.address, *reply.args) for reply in replies]

    return say


def error_of(replies):
    assert len(replies) == 1
    assert replies[0][0] == "/error"
    return replies[0][2:]


@pytest.mark.parametrize(
    ("address", "args", "hit"),
    [
        ("/hit", ("kick",), Hit(0, 1.0)),
        ("/hit", ("kick", 0.5), Hit(0, 0.5)),
        ("/hit", (1, 1), Hit(1, 1.0)),
        ("/hit", (1.0, 0.25), Hit(1, 0.25)),  # Pure Data sends floats only
        ("/hit/snare", (), Hit(1, 1.0)),
        ("/hit/snare", (127,), Hit(1, 1.0)),
        ("/hit/snare", (63.5,), Hit(1, 0.5)),
        ("/hit/snare", (1000,), Hit(1, 1.0)),
        ("/hit/snare", (True,), Hit(1, 1.0)),
        ("hit/snare", (0.5,), Hit(1, 0.5)),  # sclang sends addresses without a slash
        ("/hit/snare", (0.5, "pan", -1), Hit(1, 0.5, (("pan", -1.0),))),
        ("/hit/snare", ("gain_db", 3.0), Hit(1, 1.0, (("gain", 3.0),))),
        ("/hit", (0, 1.0, "pan", 9.0, "hold", 5), Hit(0, 1.0, (("pan", 1.0), ("hold", 5.0)))),
        ("/hit/kick", (0.9, "n", 12345), Hit(0, 0.9, (), 12345)),
        ("/hit/kick", (0.9, "n", 1.5), Hit(0, 0.9, (), 1)),  # as in SuperDirt
        ("/hit/kick", (0.9, "number", -3, "bright", 0.7), Hit(0, 0.9, (("brightness", 0.7),), -3)),
        ("/hit/kick", ("n", 2**60 + 1), Hit(0, 1.0, (), 2**60 + 1)),
        ("/hit/kick", ("z1", -1, "radius", 9.0), Hit(0, 1.0, (("z1", -1.0), ("radius", 2.0)))),
        (
            "/hit/kick",
            ("morph", 0.5, "morph_to", "snare"),
            Hit(0, 1.0, (("morph", 0.5), ("morph_to", 1.0))),
        ),
        ("/hit/kick", ("morphTo", 2), Hit(0, 1.0, (("morph_to", 2.0),))),
        ("/note", (36, 0.5), Hit(0, 0.5)),
        ("/note", (38.0, 127, 10), Hit(1, 1.0)),
    ],
)  # fmt: skip
def test_a_hit_is_played(send, instrument, clock, address, args, hit):
    assert send(address, *args) == []
    assert instrument.posted == [(hit, clock(), None)]


@pytest.mark.parametrize("velocity", [0, 0.0, -1.0, False])
def test_a_released_button_plays_nothing(send, instrument, velocity):
    assert send("/hit/kick", velocity) == []
    assert send("/note", 36, velocity) == []
    assert instrument.events == []


@pytest.mark.parametrize(
    ("address", "args", "code", "words"),
    [
        ("/hit/snair", (), "unknown_voice", "did you mean 'snare'?"),
        ("/hit", ("snair",), "unknown_voice", "did you mean 'snare'?"),
        ("/hit", (99,), "unknown_voice", "there are: kick"),
        ("/hit", (), "bad_args", "which pad?"),
        ("/hit/kick", (float("nan"),), "bad_args", "finite number"),
        ("/hit/kick", (b"x",), "bad_args", "finite number"),
        ("/note", (), "bad_args", "from 0 to 127"),
        ("/note", (128, 1.0), "bad_args", "from 0 to 127"),
        ("/note", (3, 1.0), "unknown_voice", "no pad of this kit plays note 3"),
        ("/p/kick/gian", (1.0,), "unsupported_param", "did you mean 'gain'?"),
        ("/p/kik/gain", (1.0,), "unknown_voice", "did you mean 'kick'?"),
        ("/p/kick/gain", (), "bad_args", "one finite number"),
        ("/p/kick/gain", (float("inf"),), "bad_args", "one finite number"),
        ("/p/kick/gain", ("loud",), "bad_args", "one finite number"),
        ("/master/gian", (1.0,), "unsupported_param", "did you mean 'gain'?"),
        ("/choke", ("kik",), "unknown_voice", "did you mean 'kick'?"),
        ("/kit", ("../../etc/passwd",), "load_failed", "there are: astrobeats, default"),
        ("/kit", ("defalt",), "load_failed", "did you mean 'default'?"),
        ("/get", (), "unknown_address", "/get takes an address"),
        ("/get", ("/hit/kick",), "unknown_address", "no value to get"),
        ("/get", ("/p/kick/gian",), "unknown_address", "did you mean 'gain'?"),
        ("/help", ("/nothing",), "unknown_address", "no address /nothing"),
        ("/list", ("pets",), "bad_args", "pads, kits, classes, knobs, params"),
        ("/help", ("/master",), "unknown_address", "/master is where others begin: /master/*"),
        ("/get", ("/p/kick",), "unknown_address", "/p/kick is where others begin: /p/kick/*"),
        ("/orbit", (), "unknown_address", "/orbit is where others begin: /orbit/*/*"),
        ("/hitt", (), "unknown_address", "did you mean '/hit'?"),
        ("/p/x*/gain", (1.0,), "unknown_address", "nothing here matches"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_and_plays_nothing(send, instrument, address, args, code, words):
    told = error_of(send(address, *args))
    assert told[0] == code
    assert words in told[1]
    assert instrument.events == []


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((0.5, "pna", 1.0), "unsupported_param"),
        ((0.5, "curve", 1.0), "unsupported_param"),
        ((0.5, "n", "five"), "bad_args"),
        ((0.5, "n", float("inf")), "bad_args"),
        ((0.5, "morph_to", "snair"), "bad_args"),
        ((0.5, "brigt", 0.5), "unsupported_param"),
        ((0.5, "pan"), "bad_args"),
        ((0.5, 3, 1.0), "bad_args"),
        ((0.5, "pan", float("nan")), "bad_args"),
    ],
)
def test_a_bad_parameter_is_told_but_the_hit_sounds(send, instrument, args, code):
    assert error_of(send("/hit/kick", *args))[0] == code
    assert instrument.events == [Hit(0, 0.5)]


@pytest.mark.parametrize("row", PAD_PARAMS, ids=lambda row: row.name)
def test_every_pad_row_goes_from_osc_to_the_instrument_and_back(send, instrument, row):
    value = row.from_unit(0.3)
    address = f"/p/hat_open/{row.name}"
    assert send(address, value) == []
    assert instrument.value(6, row.name) == value
    assert send("/get", address) == [(address, value)]
    assert send("/p/hat_open/" + row.name, row.high + 1.0)[0][2] == "out_of_range"
    assert instrument.value(6, row.name) == row.high
    help_args = [row.unit, row.low, row.high, row.default, row.text]
    tags = "i" if row.integer else "f"
    assert send("/help", address) == [("/help", address, tags, *help_args)]


@pytest.mark.parametrize("row", MASTER_PARAMS, ids=lambda row: row.name)
def test_every_master_row_goes_from_osc_to_the_instrument_and_back(send, instrument, row):
    value = row.from_unit(0.3)
    assert send(f"/master/{row.name}", value) == []
    assert instrument.events == [Turn(None, row.name, value)]
    assert send("/get", f"/master/{row.name}") == [(f"/master/{row.name}", value)]


def test_patterns_reach_several_pads_and_params(send, instrument):
    assert send("/hit/{kick,snare}", 0.5) == []
    assert send("/p/tom_*/gain", -3) == []
    assert send("/p/kick/z[12]", 1.0) == []
    assert instrument.events == [
        Hit(0, 0.5),
        Hit(1, 0.5),
        *(Turn(pad, "gain", -3.0) for pad in (7, 8, 9)),
        Turn(0, "z1", 1.0),
        Turn(0, "z2", 1.0),
    ]
    assert [reply[0] for reply in send("/get", "/p/tom_*/gain")] == [
        "/p/tom_low/gain",
        "/p/tom_mid/gain",
        "/p/tom_high/gain",
    ]


def test_choke_panic_and_hush(send, instrument):
    for args in ((), ("snare",), (2,)):
        assert send("/choke", *args) == []
    in_a_second = Due(5 * 10**12)
    assert send("/panic", when=in_a_second) == []
    assert send("/hush") == []
    assert instrument.events == [Choke(None), Choke(1), Choke(2), Panic(), Hush()]
    assert instrument.posted[3][2] is None  # at arrival, whatever its time tag says


def test_time_tags_become_due_times(send, instrument, clock):
    when = due(7_000 * MS, clock(), 6_800 * MS)
    send("/hit/kick", when=when)
    assert instrument.posted == [(Hit(0, 1.0), clock(), clock() + 200 * MS)]


@pytest.mark.parametrize("address", ["/hit/kick", "/note"])
def test_late_hits_play_up_to_a_quarter_second_and_are_then_dropped(
    send, instrument, routes, address
):
    args = () if address == "/hit/kick" else (36, 1.0)
    assert send(address, *args, when=due(0, 10**12, 250 * MS)) == []
    assert instrument.posted[0][2] == 10**12 - 250 * MS
    told = error_of(send(address, *args, when=due(0, 10**12, 251 * MS)))
    assert told[0] == "late"
    assert "251 ms late" in told[1]
    assert len(instrument.posted) == 1
    assert routes.counters["dropped_late"] == 1


def test_late_parameters_and_chokes_are_always_applied(send, instrument):
    hours = due(0, 10**15, 3600 * 1000 * MS)
    assert send("/p/kick/gain", -3.0, when=hours) == []
    assert send("/choke", "kick", when=hours) == []
    assert [(event, when) for event, _, when in instrument.posted] == [
        (Turn(0, "gain", -3.0), None),
        (Choke(0), None),
    ]


def test_a_tag_far_ahead_is_taken_for_a_clock_that_differs():
    assert due(42_000 * MS, 7, 0) == Due(7 + 42_000 * MS)
    assert due(42_001 * MS, 7, 0) == Due(7 + 200 * MS, clock_problem=True)
    assert due(None, 7, 0) == Due(None)


def test_two_clocks_are_read_again_when_another_thread_came_between():
    monotonic = iter([0, 5_000_000, 6_000_000, 6_000_400])
    unix = iter([4_000_000, 9_000_200])
    assert both_clocks(lambda: next(monotonic), lambda: next(unix)) == (6_000_200, 9_000_200)


def test_the_kernels_stamp_is_taken_unless_it_cannot_be():
    assert arrival(990, 5_000, 1_000) == 4_990
    assert arrival(None, 5_000, 1_000) == 5_000
    assert arrival(1_001, 5_000, 1_000) == 5_000
    assert arrival(0, 10**12, 10**11) == 10**12


def test_an_error_is_told_once_in_two_seconds_with_the_count(send, clock):
    assert len(error_of(send("/hit/x"))) == 2
    for _ in range(5):
        assert send("/hit/x") == []
    assert len(error_of(send("/hit/y"))) == 2  # another key
    assert len(error_of(send("/hit/x", peer=("127.0.0.1", 1)))) == 2  # another peer
    clock.advance(2.0)
    assert error_of(send("/hit/x"))[2] == 5


def test_errors_do_not_pile_up_in_memory(clock):
    limiter = ErrorLimiter(clock)
    for number in range(5000):
        clock.advance(0.001)
        assert limiter.error(PEER, "/x", "bad_args", str(number), "text")
    assert len(limiter._last) <= 1024


def test_others_messages_are_never_answered(send, routes):
    for address in ("/dirt/hello/reply", "/error", "/pong", "/code/highlight"):
        assert send(address, "s", "bd") == []
    assert send("/nothing", peer=("127.0.0.1", 6010)) == []  # Tidal would print it
    assert routes.counters["ignored"] == 4


def test_a_class_is_turned_to_by_its_name(send, instrument):
    assert send("/p/kick/morph_to", "cymbal") == []
    assert instrument.value(0, "morph_to") == 2.0
    assert send("/get", "/p/kick/morph_to") == [("/p/kick/morph_to", 2)]
    told = error_of(send("/p/kick/morph_to", "snair"))
    assert told[0] == "bad_args"
    assert "no class 'snair' (did you mean 'snare'?)" in told[1]
    assert instrument.value(0, "morph_to") == 2.0


def test_sync_tells_every_readable_address_once(send, instrument):
    replies = send("/sync")
    addresses = [reply[0] for reply in replies[:-1]]
    expected = 1 + len(instrument.patch.pads) * len(PAD_PARAMS) + len(MASTER_PARAMS)
    expected += ORBITS * len(ORBIT_PARAMS) + len(TRANSPORT_PARAMS) + len(TRANSPORT_STATES)
    expected += len(SEQ_PARAMS)
    assert len(set(addresses)) == len(addresses) == expected
    assert replies[-1] == ("/sync/done", expected)


def test_many_replies_go_in_bundles_and_a_few_do_not():
    replies = [OscReply(f"/p/kick/z{n}", [float(n)]) for n in range(200)]
    sent = list(datagrams(replies))
    assert len(sent) < 10
    assert max(map(len, sent)) <= 1200
    decoded = [message for data in sent for message in decode(data).messages]
    assert [(m.address, m.args) for m in decoded] == [(r.address, tuple(r.args)) for r in replies]
    assert not any(data.startswith(b"#bundle") for data in datagrams(replies[:64]))


def test_lists_are_one_message_per_item(send, instrument):
    pads = send("/list", "pads")
    assert pads[0] == ("/list/pads", 0, "kick", "kick")
    assert pads[-1] == ("/list/done", "pads", 16)
    assert send("/list", "voices")[0] == ("/list/voices", 0, "kick", "kick")
    kits = [("/list/kits", 0, "astrobeats"), ("/list/kits", 1, "default")]
    assert send("/list", "kits") == [*kits, ("/list/done", "kits", 2)]
    assert send("/list", "classes")[2] == ("/list/classes", 2, "cymbal")
    assert send("/list", "knobs") == [
        ("/list/knobs", 0, "kick", "brightness", 1, 0.97),
        ("/list/knobs", 1, "kick", "tuning", 0, -1.0),
        ("/list/done", "knobs", 2),
    ]
    assert len(send("/list", "params")) == len(PAD_PARAMS) + 1
    assert len(send("/list", "master")) == len(MASTER_PARAMS) + 1
    assert len(send("/list", "methods")) == len(ALL_METHODS) + 1


def test_every_method_has_help(send):
    assert [reply[1] for reply in send("/help")] == [f"/{method.name}" for method in ALL_METHODS]
    assert send("/help", "/hit/kick")[0][1:3] == ("/hit/kick", "f")


def test_there_is_help_for_every_address_of_superdirts(send, instrument):
    dirt = {f"/{method.name}" for method in DIRT_METHODS}
    assert dirt == SuperDirt(instrument).addresses
    for address in dirt:
        assert [reply[1] for reply in send("/help", address)] == [address]
    below = {reply[1] for reply in send("/help", "/dirt/*")}
    assert below == {address for address in dirt if address.startswith("/dirt/")}


def test_info_stats_and_ping(send):
    assert send("/info") == [("/info", "AstroDrum", "0", 48000, 128, 5.5, "default", 96)]
    stats = send("/stats")[0]
    pairs = dict(zip(stats[1::2], stats[2::2], strict=True))
    assert pairs["played"] == 0
    assert pairs["osc_received"] == 2
    assert send("/ping", 7, "x") == [("/pong", 7, "x", 1234.5)]


def test_a_ping_is_answered_with_its_own_arguments_and_a_double(routes, clock):
    replies = routes.handle(OscMessage("/ping", (7, 0.5, True, "x")), PEER, clock(), Due(None))
    (data,) = datagrams(replies)
    assert b",ifTsd" in data
    assert decode(data).messages[0].args == (7, 0.5, True, "x", 1234.5)


def test_a_kit_is_announced_when_it_plays(send, routes, instrument):
    assert send("/kit") == [("/kit", "default")]
    assert send("/kit", "astrobeats") == []
    assert instrument.events == [LoadKit("astrobeats")]
    assert routes.poll() == []
    instrument.patch = load_patch(find_patch("astrobeats"))
    assert routes.poll() == [(PEER, OscReply("/kit", ["astrobeats"]))]
    assert routes.poll() == []
    assert error_of(send("/hit/rimshot"))[0] == "unknown_voice"  # the addresses are the new kit's
    assert send("/hit/hat") == []


def test_a_kit_that_does_not_come_is_told_after_a_while(send, routes, clock):
    send("/kit", "astrobeats")
    clock.advance(5.0)
    ((peer, reply),) = routes.poll()
    assert peer == PEER
    assert reply.args[1] == "load_failed"
