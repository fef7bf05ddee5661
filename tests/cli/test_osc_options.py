"""What the options of OSC's ports come to."""

import pytest

from astrodrum_live.cli.osc_options import OscWishes
from astrodrum_live.control.osc.server import OscOptions, OscPortError

EVERY_PORT = OscOptions(dirt=57120, websocket=8080, hello=True)


@pytest.mark.parametrize(
    ("wishes", "endpoint", "options"),
    [
        (OscWishes(), None, EVERY_PORT),
        (OscWishes("none"), "none", EVERY_PORT),  # and nothing is opened at all
        (OscWishes("127.0.0.1:9000"), "127.0.0.1:9000", EVERY_PORT),
        (OscWishes(listen="0.0.0.0"), "0.0.0.0:57130", EVERY_PORT),
        (OscWishes("9000", listen="::"), "[::]:9000", EVERY_PORT),
        (OscWishes(no_dirt=True), None, OscOptions(websocket=8080, hello=True)),
        (OscWishes(no_websocket=True), None, OscOptions(dirt=57120, hello=True)),
        (OscWishes(websocket=8081), None, OscOptions(dirt=57120, websocket=8081, hello=True)),
        (OscWishes("127.0.0.1:0"), "127.0.0.1:0", OscOptions()),
        (OscWishes("127.0.0.1:0", websocket=0), "127.0.0.1:0", OscOptions(websocket=0)),
    ],
)
def test_wishes_become_ports(wishes, endpoint, options):
    told, chosen = wishes.settled()
    assert (told, chosen.dirt, chosen.websocket) == (endpoint, options.dirt, options.websocket)
    assert chosen.hello == options.hello


def test_origins_lateness_and_trim_are_passed_on():
    wishes = OscWishes(allow_origin=["https://a.example", "null"], late="play", trim_ms=-12.5)
    _, options = wishes.settled()
    assert options.origins == ("https://a.example", "null")
    assert (options.late, options.trim_ms) == ("play", -12.5)


@pytest.mark.parametrize(
    ("wishes", "error", "words"),
    [
        (OscWishes("nowhere"), OscPortError, "is not HOST:PORT"),
        (OscWishes(late="never"), ValueError, "it can be drop or play"),
        (OscWishes(trim_ms=float("inf")), ValueError, "--latency-trim is inf"),
        (OscWishes(websocket=-1), ValueError, "--websocket is -1"),
        (OscWishes(allow_origin=["strudel"]), ValueError, "looks like https://strudel.cc"),
    ],
)
def test_what_cannot_be_is_told(wishes, error, words):
    with pytest.raises(error, match=words):
        wishes.settled()
