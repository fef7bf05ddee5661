"""The decoder passes the measured vectors and survives everything else."""

import json
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrodrum_live.control.osc.packet import (
    MAX_DEPTH,
    OscMessage,
    decode,
    kind_of,
    number,
    unix_ns,
)
from astrodrum_live.control.osc.pattern import is_pattern, matches, walk

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "osc_vectors.jsonl").read_text().splitlines()
]
EXACT = [vector for vector in VECTORS if isinstance(vector["expect"], list)]
CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"

# The policies that the vectors put in words: (messages left, whether it is reported).
POLICIES = {
    "no_typetag_with_bytes": ([OscMessage("/raw", ())], True),
    "unknown_tag_letter": ([OscMessage("/t", ())], True),
    "latin1_bytes": ([OscMessage("/hit", ("gr\ufffd\ufffde",))], False),
    "bundle_bad_size": ([], True),
    "bundle_negative_size": ([], True),
    "truncated_float": ([], True),
    "garbage": ([], True),
    "empty": ([], False),
    "pattern /hit/*": ([OscMessage("/hit/*", (1.0,))], False),
    "pattern /hit/?d": ([OscMessage("/hit/?d", (1.0,))], False),
    "pattern /hit/[bs][dn]": ([OscMessage("/hit/[bs][dn]", (1.0,))], False),
    "pattern /hit/[!h]*": ([OscMessage("/hit/[!h]*", (1.0,))], False),
    "pattern //bd": ([OscMessage("//bd", (1.0,))], False),
    "key_not_string": ([OscMessage("/dirt/play", (3, "bd", 1.0))], False),
}


def plain(value):
    """An argument as the vectors write it."""
    if isinstance(value, bytes):
        return value.hex()
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def due(expected):
    return None if expected in (None, "now") else unix_ns(*expected)


def same(got, expected):
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, float):
        return got == pytest.approx(expected, rel=1e-6)
    return got == expected and type(got) is type(expected)


@pytest.mark.parametrize("vector", EXACT, ids=lambda vector: vector["name"])
def test_vectors_decode_exactly(vector):
    packet = decode(bytes.fromhex(vector["hex"]))
    assert len(packet.messages) == len(vector["expect"])
    for message, (address, args, tag) in zip(packet.messages, vector["expect"], strict=True):
        assert message.address == address
        assert same(plain(message.args), args), message.args
        assert message.due_unix_ns == due(tag)


def test_vectors_with_a_policy_follow_it():
    named = {vector["name"]: vector for vector in VECTORS if vector not in EXACT}
    assert set(named) == set(POLICIES)
    for name, (messages, reported) in POLICIES.items():
        packet = decode(bytes.fromhex(named[name]["hex"]))
        assert packet.messages == messages, name
        assert bool(packet.problems) == reported, name


def test_time_tags_are_exact_and_go_on_after_2036():
    assert unix_ns(2_208_988_800 + 1_700_000_000, 1 << 31) == 1_700_000_000_500_000_000
    assert unix_ns(0, 1 << 31) == (2**32 - 2_208_988_800) * 10**9 + 500_000_000


def test_a_deeply_nested_bundle_is_cut_off_not_followed():
    data = b"/a\0\0,\0\0\0"
    for _ in range(3000):
        data = b"#bundle\0" + struct.pack(">IIi", 0, 1, len(data)) + data
    packet = decode(data)
    assert packet.messages == []
    assert str(MAX_DEPTH) in packet.problems[0]


def test_lengths_are_bounded():
    assert decode(b"/" + b"a" * 400 + b"\0\0\0").messages == []
    tags = b"," + b"T" * 1200
    assert decode(b"/a\0\0" + tags + bytes(4 - len(tags) % 4)).messages == []
    assert decode(b"/a\0\0,[[[[[[[[[[[[[[[[[[[[[[[[\0\0\0").problems


def test_pure_data_text_is_recognised():
    assert "netsend -u -b" in decode(b"hit kick;\n").problems[0]


@pytest.mark.parametrize(("value", "meant"), [(1, 1.0), (True, 1.0), (0.5, 0.5), (False, 0.0)])
def test_numbers_of_any_kind_are_numbers(value, meant):
    assert number(value) == meant


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, b"1", [1]])
def test_what_is_not_a_finite_number_is_none(value):
    assert number(value) is None


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=120))
def test_no_bytes_raise(data):
    decode(data)
    decode(b"#bundle\0" + data)
    decode(b"/a\0\0," + data)


def test_mutated_captures_never_raise():
    seeds = [bytes.fromhex(vector["hex"]) for vector in VECTORS]
    for path in sorted(CAPTURES.glob("*_types.jsonl")) + sorted(CAPTURES.glob("tidal_o*.jsonl")):
        seeds += [bytes.fromhex(json.loads(line)["hex"]) for line in path.read_text().splitlines()]
    dice = random.Random(2)
    for _ in range(4000):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randrange(1, 6)):
            if data:
                data[dice.randrange(len(data))] = dice.randrange(256)
        decode(bytes(data[: dice.randrange(len(data) + 1)] if dice.random() < 0.3 else data))


@pytest.mark.parametrize(
    ("pattern", "name", "matched"),
    [
        ("kick", "kick", True), ("kick", "kicks", False), ("*", "", True), ("*", "kick", True),
        ("k*k", "kick", True), ("k*k", "kic", False), ("?ick", "kick", True), ("?", "", False),
        ("[ks]ick", "kick", True), ("[a-j]ick", "kick", False), ("[!k]*", "kick", False),
        ("[!k]*", "snare", True), ("{kick,snare}", "snare", True), ("{k,ki}ck", "kick", True),
        ("hat_{open,closed}", "hat_pedal", False), ("*{a,b}*c", "xxbyyc", True),
        ("[kick", "[kick", True), ("{kick", "{kick", True), ("tom_*", "tom_low", True),
        ("[a-]", "-", True), ("[z-a]", "b", False), ("{}x", "x", True),
    ],
)  # fmt: skip
def test_patterns_match_as_osc_says(pattern, name, matched):
    assert matches(pattern, name) is matched


def test_a_vicious_pattern_costs_no_more_than_a_kind_one():
    assert not matches("*a" * 100 + "b", "a" * 200)
    assert not matches("{a,aa,aaa}" * 25, "a" * 200 + "b")


def test_a_walk_finds_each_address_once():
    tree = {"hit": {"": 1, "kick": 2, "snare": 3}, "p": {"kick": {"gain": 4}}, "panic": 5}
    assert walk(tree, "/hit") == [("/hit", 1)]
    assert walk(tree, "/hit/*") == [("/hit/kick", 2), ("/hit/snare", 3)]
    assert walk(tree, "//kick") == [("/hit/kick", 2)]
    assert walk(tree, "//gain") == [("/p/kick/gain", 4)]
    assert walk(tree, "/p*") == [("/panic", 5)]
    assert walk(tree, "/p/*") == []
    assert walk(tree, "/" * 250 + "gain") == [("/p/kick/gain", 4)]
    assert is_pattern("/hit/*")
    assert not is_pattern("/hit/kick")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"hit kick;\n", "FUDI"),
        ("hit große trommel;\n".encode(), "FUDI"),
        (b"\x01\xfe\x90kick;\n", "within a string"),
        (b"\x01\0\x90kick;\n", "begin with an address"),
        (b"/a\0\0x\0\0\0", "no type tags"),
        (b"/a\0\0,x\0\0", "unknown type"),
        (b"/a\0\0,i\0\0\0", "within an argument"),
        (b"/a\0\0,b\0\0\0\0\0\x09", "a blob of"),
        (b"#bundle\0\0\0", "before its time tag"),
        (b"#bundle\0" + bytes(8) + b"\0\0\0\x09", "a bundle element claims"),
    ],
)
def test_every_way_of_being_wrong_is_a_kind_of_its_own(data, kind):
    (problem,) = decode(data).problems
    assert kind_of(problem) == kind
