"""OSC in a stream: whole packets come out, however the bytes are cut."""

import random
import struct

import pytest

from astrodrum_live.control.osc.framing import (
    MAX_FRAME,
    FramingError,
    LengthPrefix,
    Slip,
    framing_of,
)

PACKETS = [b"/a\0\0,\0\0\0", b"\xc0\xdb\xdc\xdd\xdb\xdd\xc0\0", bytes(range(256)) * 3]


@pytest.mark.parametrize("kind", [LengthPrefix, Slip])
@pytest.mark.parametrize("seed", range(5))
def test_packets_come_out_as_they_went_in_however_the_stream_is_cut(kind, seed):
    dice = random.Random(seed)
    stream = b"".join(kind().wrap(packet) for packet in PACKETS)
    framing, found = kind(), []
    while stream:
        size = dice.randrange(1, 40)
        found += framing.feed(stream[:size])
        stream = stream[size:]
    assert found == PACKETS


def test_slip_has_an_end_on_both_sides_and_escapes():
    assert Slip().wrap(b"a\xc0b\xdbc") == b"\xc0a\xdb\xdcb\xdb\xddc\xc0"


def test_a_length_is_a_big_endian_int32():
    assert LengthPrefix().wrap(b"abcd") == b"\0\0\0\4abcd"


def test_empty_packets_are_nothing():
    assert LengthPrefix().feed(b"\0\0\0\0" * 3) == []
    assert Slip().feed(b"\xc0\xc0\xc0") == []


@pytest.mark.parametrize(("first", "kind"), [(0, LengthPrefix), (0xC0, Slip)])
def test_the_first_byte_tells_the_framing(first, kind):
    assert isinstance(framing_of(first), kind)


@pytest.mark.parametrize("first", [*b"G/#", 0xFF])
def test_a_stream_that_begins_otherwise_is_refused(first):
    with pytest.raises(FramingError, match="neither with a packet's length nor with SLIP"):
        framing_of(first)


@pytest.mark.parametrize("size", [-1, MAX_FRAME + 1, 0x7FFFFFFF])
def test_a_length_beyond_a_datagrams_is_refused_before_it_is_waited_for(size):
    with pytest.raises(FramingError, match=f"claims {size} bytes"):
        LengthPrefix().feed(struct.pack(">i", size))


def test_a_slip_packet_without_end_is_refused():
    slip = Slip()
    slip.feed(b"x" * 2 * MAX_FRAME)
    with pytest.raises(FramingError, match="longer than"):
        slip.feed(b"x")
