"""What peers are given to play: scsynth's scores and the SoundFont, read back byte by byte."""

import struct

import numpy as np

from astrodrum_live.latency.sounds import bursts
from astrodrum_live.latency.streams import FIRST_NOTE, PADS
from benchmarks.score import AT_ONCE, GRAPHS, bundle, score
from benchmarks.soundfont import DRUM_BANK, write_soundfont


def parts(data):
    """A score's bundles: seconds and the number of messages of each."""
    at, found = 0, []
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        body = data[at + 4 : at + 4 + size]
        assert body.startswith(b"#bundle\0")
        whole, fraction = struct.unpack_from(">II", body, 8)
        inner, messages = 16, 0
        while inner < size:
            inner += 4 + struct.unpack_from(">i", body, inner)[0]
            messages += 1
        assert inner == size
        found.append((whole + fraction / 2**32, messages))
        at += 4 + size
    return found


def test_a_bundle_holds_its_messages_at_its_time():
    assert parts(bundle(1.5, b"abcd", b"efghijkl")) == [(1.5, 2)]


def test_a_score_loads_strikes_all_voices_and_ends_at_its_length(tmp_path):
    found = parts(score(tmp_path / "hit.wav", "panned", 0.75, AT_ONCE + 3, 5.0))
    assert [messages for _, messages in found] == [1, 1, AT_ONCE, 3, 1]
    assert [round(at, 3) for at, _ in found] == [0.0, 0.0, 0.001, 0.001, 5.0]


def test_a_score_deals_its_voices_to_as_many_buffers_as_asked(tmp_path):
    written = score(tmp_path / "hit.wav", "panned", 1.0, 4, 1.0, buffers=2)
    assert written.count(b"/b_allocRead") == 2
    dealt = [struct.unpack_from(">f", written, at)[0] for at in _ends(written, b"\0\0buffer\0\0")]
    assert dealt == [0.0, 1.0, 0.0, 1.0]


def _ends(data, found):
    """Where each occurrence of ``found`` ends."""
    at = data.find(found)
    while at >= 0:
        yield at + len(found)
        at = data.find(found, at + 1)


def test_a_graph_is_a_synth_definition_with_its_units_in_order():
    for name, units in (("panned", [b"PlayBuf", b"Pan2", b"Out"]), ("mono", [b"PlayBuf", b"Out"])):
        assert GRAPHS[name].startswith(b"SCgf\0\0\0\2\0\1")
        places = [GRAPHS[name].index(bytes([len(unit)]) + unit) for unit in units]
        assert places == sorted(places)


def chunks(data):
    """Name to body, within lists as well."""
    found, at = {}, 0
    while at < len(data):
        name, (size,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + size]
        found |= chunks(body[4:]) if name in (b"RIFF", b"LIST") else {name: body}
        at += 8 + size + size % 2
    return found


def test_a_soundfont_has_every_burst_on_its_key_of_the_drum_kit(tmp_path):
    write_soundfont(tmp_path / "bursts.sf2", 48000)
    found = chunks((tmp_path / "bursts.sf2").read_bytes())
    assert struct.unpack_from("<HH", found[b"phdr"], 20) == (0, DRUM_BANK)
    sound = np.frombuffer(found[b"smpl"], "<i2")
    heads = [struct.unpack_from("<20sIIIIIB", found[b"shdr"], 46 * pad) for pad in range(PADS)]
    bags = np.frombuffer(found[b"ibag"], "<u2").reshape(-1, 2)[:, 0]
    for pad, ((_, begin, end, _, _, rate, key), hit) in enumerate(
        zip(heads, bursts(48000), strict=True)
    ):
        assert (rate, key) == (48000, FIRST_NOTE + pad)
        np.testing.assert_array_equal(sound[begin:end], np.round(32767 * hit))
        assert struct.unpack_from("<HBB", found[b"igen"], 4 * bags[pad]) == (43, key, key)
        assert struct.unpack_from("<HH", found[b"igen"], 4 * bags[pad + 1] - 4) == (53, pad)
