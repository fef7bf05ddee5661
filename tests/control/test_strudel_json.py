"""Strudel's JSON becomes the very message that Strudel's own server would have sent."""

import json
import math
import struct

import pytest

from astrodrum_live.control.osc.packet import MAX_ARGS, OscMessage
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.strudel import decode_json, encode_json

OURS = (57130, 57120)


def f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def read(**told):
    packet = decode_json(json.dumps(told), OURS)
    assert packet.problems == []
    return packet.messages[0]


def problem(text):
    packet = decode_json(text, OURS)
    assert packet.messages == []
    return packet.problems[0]


def test_an_event_keeps_its_keys_order_and_types():
    args = ["cps", 0.5, "cycle", 3, "s", "RolandTR909bd", "bank", "RolandTR909", "cut", True]
    message = read(address="/dirt/play", args=[*args, "n", 0.1], timestamp=1_700_000_000_123.25)
    wanted = ("cps", 0.5, "cycle", 3.0, "s", "RolandTR909bd", "bank", "RolandTR909", "cut", True)
    assert message == OscMessage("/dirt/play", (*wanted, "n", f32(0.1)), 1_700_000_000_123_250_000)
    assert [type(arg) for arg in message.args[1::2]] == [float, float, str, str, bool, float]


def test_what_osc_cannot_hold_keeps_its_place():
    message = read(address="/x", args=["a", None, "b", {"c": 1}, "d", [1, [2]], "e", 1e300])
    assert message.args == ("a", None, "b", None, "d", [1.0, [2.0]], "e", math.inf)


def test_an_argument_may_have_its_type_beside_it_as_osc_js_allows():
    typed = [("s", "s"), ("s", "bd"), ("s", "gain"), ("f", 0.5), ("s", "n"), ("i", 3), ("x", 1)]
    message = read(address="/x", args=[{"type": kind, "value": value} for kind, value in typed])
    assert message.args == ("s", "bd", "gain", 0.5, "n", 3.0, None)
    deep = {"type": "f", "value": {"type": "f", "value": 1}}
    assert read(address="/x", args=[deep]).args == (None,)


@pytest.mark.parametrize("stamp", [None, 0, -5, 1e300, True, "soon", float("nan"), [1]])
def test_a_stamp_that_is_no_time_means_now(stamp):
    assert read(address="/x", args=[], timestamp=stamp).due_unix_ns is None


def test_without_arguments_or_stamp_it_is_a_message_all_the_same():
    assert read(address="/panic") == OscMessage("/panic", ())


@pytest.mark.parametrize("port", [57130, 57120, 57130.0, None])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_our_own_ports_may_be_named(host, port):
    assert read(address="/x", args=[], host=host, port=port).address == "/x"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"port": 7000}, "/x is for localhost:7000, which is not ours"),
        ({"host": "192.168.0.9"}, "/x is for 192.168.0.9, which is not ours"),
        ({"host": "a", "port": 57130}, "/x is for a:57130, which is not ours"),
    ],
)
def test_what_is_for_somebody_else_is_told(where, words):
    assert words in problem(json.dumps({"address": "/x", "args": [], **where}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 100,
        "[" * 100_000,
        "[1]",
        '{"address": null}',
        '{"address": "%s"}' % ("a" * 300),
        '{"address": "/a\\nb"}',
        '{"address": "/x", "args": "k"}',
        json.dumps({"address": "/x", "args": [0] * (MAX_ARGS + 1)}),
        '{"address": "/x", "args": [' + "9" * 5000 + "]}",
    ],
)
def test_nonsense_is_a_problem_in_words(text):
    assert problem(text)


def test_an_answer_is_in_the_same_dialect():
    told = json.loads(encode_json(OscReply("/pong", [1, "x", b"\x01", True])))
    assert told == {"address": "/pong", "args": [1, "x", "01", True]}


def test_half_a_character_becomes_one_that_every_client_can_read():
    (message,) = decode_json('{"address": "/hit", "args": ["\\ud800kick"]}', ()).messages
    assert message.args == ("?kick",)
