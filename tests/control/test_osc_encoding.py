"""Replies as bytes: what is sent can be read, and is what other builders send."""

import pytest
from pythonosc.osc_message_builder import build_msg

from astrodrum_live.control.osc.encode import bundle, encode
from astrodrum_live.control.osc.packet import decode


@pytest.mark.parametrize(
    "args",
    [
        (),
        (1, -1, 2**31 - 1),
        (0.5, -2.25),
        ("", "abc", "abcd", "größe"),
        (True, False),
        (b"x", b"blob"),
        ("gain", 0.5, 3, True, b"\0"),
    ],
)
def test_the_bytes_are_those_of_python_osc(args):
    assert encode("/a/b", args) == build_msg("/a/b", list(args)).dgram


@pytest.mark.parametrize(
    ("value", "tag", "letters", "read"),
    [
        (None, "", ",N", None),
        (2**40, "", ",h", 2**40),
        (7, "h", ",h", 7),
        (1234.5, "d", ",d", 1234.5),
        (b"", "", ",b", b""),
        (7, "f", ",f", 7.0),
        (1e300, "", ",d", 1e300),
        ((1, 2**32 - 1), "", ",t", (1, 2**32 - 1)),
        ("a\0b", "", ",s", "a\ufffdb"),
        ([1, [0.5, "x"]], "", ",[i[fs]]", [1, [0.5, "x"]]),
    ],
)
def test_what_python_osc_cannot_do_is_read_back(value, tag, letters, read):
    data = encode("/x", [value], [tag])
    assert data[4 : 4 + len(letters)] == letters.encode()
    assert decode(data).messages[0].args == (read,)


def test_a_bundle_is_for_now():
    data = bundle([encode("/a", [1]), encode("/b", ["x"])])
    assert [(m.address, m.args, m.due_unix_ns) for m in decode(data).messages] == [
        ("/a", (1,), None),
        ("/b", ("x",), None),
    ]


@pytest.mark.parametrize("value", [object(), 2**64, (1, 2, 3), (-1, 2), {}])
def test_what_has_no_type_is_refused(value):
    with pytest.raises(ValueError, match="OSC"):
        encode("/x", [value])
