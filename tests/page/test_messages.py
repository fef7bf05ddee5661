"""What a page may say: a few addresses, numbers and short texts, and so many a second."""

import json
import math

import numpy as np
import pytest

from astrodrum_live.control.osc.packet import decode
from astrodrum_live.page.messages import MAX_AT_ONCE, NotAllowed, read_messages, to_json, to_osc
from astrodrum_live.page.mirror import Mirror, Outbox
from astrodrum_live.page.rate import RateLimit
from astrodrum_live.page.wav import wav_of


@pytest.mark.parametrize(
    "message",
    [["/hit/kick", 0.9], ["/p/hat_open/gain", -3], ["/seq/track", "", "kick", "text", "x---X---"],
     ["/turn", "snare", "seed", 4294967295, "z1", 0.5], ["/undo"], ["/save", "my beat"]],
)  # fmt: skip
def test_what_a_player_does_becomes_the_same_osc(message):
    (read,) = read_messages(json.dumps(message))
    (osc,) = decode(to_osc(read)).messages
    assert [osc.address, *osc.args] == [message[0], *(pytest.approx(arg) for arg in message[1:])]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '"/undo"', "{}", '["undo"]', '["/"]', '["/sub", "/*"]', '["/sync"]',
     '["/dirt/play", "s", "bd"]', '["/hit/../x"]', '["/p/*/gain", 0]', '["/hit/kick", [1]]',
     '["/hit/kick", null]', '["/hit/kick", true]', '["/hit/kick", 1e400]', '["/hit/kick", NaN]',
     '["/save", "' + "x" * 81 + '"]', '["/save", "a\\u0000b"]', '["/hit/kick\\n", 1]',
     json.dumps(["/hit/kick", *[1] * 129]), json.dumps([["/undo"]] * (MAX_AT_ONCE + 1)),
     "[" * 100_000, b"\x00"],
)  # fmt: skip
def test_what_is_not_a_players_is_refused_in_words(text):
    with pytest.raises(NotAllowed, match=r"\w+ \w+"):
        read_messages(text)


def test_a_number_too_large_for_osc_is_refused():
    with pytest.raises(NotAllowed):
        to_osc(("/hit/kick", [2**70]))


def test_floats_are_as_short_as_osc_has_them():
    told = [["/p/kick/pan", np.float32(0.1).item(), 3, "x", b"\x01\xff", math.inf]]
    assert to_json(told) == '[["/p/kick/pan",0.1,3,"x",[1,255],null]]'


def test_a_flood_is_cut_and_told_once_a_second():
    now = [0.0]
    limit = RateLimit(200, lambda: now[0])
    assert sum(limit.admits() for _ in range(1000)) == 200
    assert "800 messages" in limit.words()
    limit.admits()
    assert limit.words() == ""
    now[0] += 0.5
    assert sum(limit.admits() for _ in range(1000)) == 100
    now[0] += 0.6
    assert "901 messages" in limit.words()


def test_the_mirror_has_the_latest_of_everything_and_forgets_what_is_gone():
    mirror = Mirror()
    for told in (
        ("/p/kick/gain", [0.0]), ("/p/kick/gain", [-3.0]),
        ("/seq/pattern", ["a", "tempo", 0.0]), ("/seq/track", ["a", "kick", "length", 16]),
        ("/seq/step", ["a", "kick", 1, "velocity", 1.0]),
        ("/seq/step", ["a", "kick", 1, "velocity", 0.5]),
        ("/seq/step", ["a", "snare", 1, "velocity", 1.0]),
        ("/feed/status", ["midi", "x", "xruns", 0]), ("/feed/status", ["xruns", 2]),
        ("/feed/hit", [0, 1.0]), ("/feed/scope", [0.0, b""]),
    ):  # fmt: skip
        mirror.take(told)
    whole = list(mirror.whole())
    assert whole[0] == ("/feed/status", ["midi", "x", "xruns", 2])
    assert ("/p/kick/gain", [-3.0]) in whole
    assert ("/p/kick/gain", [0.0]) not in whole
    assert [args[4] for address, args in whole if address == "/seq/step"] == [0.5, 1.0]
    assert not {"/feed/hit", "/feed/scope"} & {address for address, _ in whole}
    mirror.take(("/seq/gone", ["a", "kick"]))
    tracks = [args[:2] for address, args in mirror.whole() if address == "/seq/step"]
    assert tracks == [["a", "snare"]]


def test_a_page_that_was_slow_is_told_the_latest_only_but_every_hit():
    outbox = Outbox()
    for step in range(1000):
        outbox.put(("/p/kick/gain", [float(step)]))
    outbox.put(("/feed/hit", [0]))
    outbox.put(("/feed/hit", [1]))
    assert outbox.take() == [["/feed/hit", 0], ["/feed/hit", 1], ["/p/kick/gain", 999.0]]
    assert outbox.take() == []


def test_a_hit_as_wav_has_24_bits_and_every_one_of_them(tmp_path):
    import soundfile

    samples = np.linspace(-1, 1, 1001).astype("<f4")
    path = tmp_path / "hit.wav"
    path.write_bytes(wav_of(samples.tobytes(), 44100))
    read, rate = soundfile.read(path)
    assert (rate, soundfile.info(path).subtype) == (44100, "PCM_24")
    np.testing.assert_allclose(read, samples, atol=2**-23)
