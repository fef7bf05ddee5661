"""SuperCollider's language plays the real program: the README's and the examples' own code."""

import socket
import time
from contextlib import suppress

import numpy as np
import pytest
from grid import fit_grid
from listener import Listener
from measured_kit import RATE, SHORT
from onsets import onsets
from playing import undisturbed
from readme import REPO, example
from sclang import run_sclang

pytestmark = pytest.mark.clients
EXAMPLES = REPO / "examples" / "supercollider"
FROZEN = ("--generator", "frozen")
NULL = (*FROZEN, "--audio", "null")


def test_the_readmes_code_plays(play, tmp_path):
    playing = play("default", *NULL)
    run_sclang(example("SuperCollider", "supercollider"), tmp_path, 4.0, playing.port)
    take = playing.stop()
    assert len(take.frames("kick")) >= 4, take.log
    assert len(take.frames("hat_closed")) >= 8


@pytest.mark.parametrize(
    ("name", "pads"),
    [
        ("pbind", {"kick": 3, "snare": 3, "hat_closed": 9}),
        ("pdef", {"kick": 4, "hat_closed": 8}),
        ("send_bundle", {"snare": 16}),
        ("tcp", {"kick": 8}),
    ],
)
def test_an_example_plays(play, tmp_path, name, pads):
    playing = play("default", *NULL)
    said = run_sclang(f'"{name}.scd".loadRelative', tmp_path, 6.0, playing.port, beside=EXAMPLES)
    take = playing.stop()
    for pad, least in pads.items():
        assert len(take.frames(pad)) >= least, said
    if name == "send_bundle":
        assert "AstroDrum says" in said


def test_a_pbind_sounds_at_most_a_sample_off_its_grid(
    play, tmp_path, jack, measured_kit, clock_settles
):
    """A card's clock drifts against the computer's, and time tags are in the computer's: no onset
    can lie on a grid of the card's frames. So the way is held link by link: the steps between due
    times are those between time tags; an onset is at most a frame from where the clock map had its
    due time; the sound begins where the log says. And all in all it is heard on its grid.
    """
    beat = "Pbind(\\type, \\astrodrum, \\pad, \\kick, \\dur, 0.25).play(TempoClock(2), quant: 1)"

    def record():
        playing = play(measured_kit, *FROZEN, environment=jack, watched=True)
        listener = Listener()
        clock_settles()
        code = (EXAMPLES / "event_type.scd").read_text().replace("drum.sendBundle", "send.value")
        code = code.replace("var keys", f"{_send_to(listener.port)}\nvar keys", 1)
        (tmp_path / "both.scd").write_text(code.replace("57130", str(playing.port)))
        run_sclang(f'"both.scd".loadRelative; {beat}', tmp_path, 8.0, playing.port)
        time.sleep(0.5)  # the last ones are still to come
        listener.close()
        return playing.stop(), listener

    take, listener = undisturbed(record)
    sent = listener.of("/hit")
    assert take.report["late"] == 0
    leads = [told.due - told.arrival for told in sent]
    assert np.median(leads) == pytest.approx(0.2, abs=0.01)
    heard, _ = onsets(take.sound.sum(axis=1), SHORT, apart=2000)
    logged = take.frames("kick")
    assert len(heard) == len(logged) == len(take.map) == len(sent) >= 40
    tags = np.array([told.due for told in sent])
    # Both clocks are read when a message comes, which a busy machine can interrupt.
    assert np.abs(np.diff(take.map[:, 0]) - np.diff(tags)).max() < 50e-6
    assert np.abs(logged - take.map[:, 1]).max() <= 1.0
    assert np.ptp(heard - logged) < 0.02
    grid = fit_grid(heard, tags, RATE)
    assert grid.rms_s <= 0.1e-3
    assert np.abs(np.diff(heard) / grid.slope - 0.125).max() < 0.1e-3


def test_sclang_plays_beside_an_instrument_that_has_its_port(play, tmp_path):
    """SuperDirt's port is sclang's own: it takes the next one, plays, and is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        with suppress(OSError):  # else somebody else holds it: as good
            holder.bind(("127.0.0.1", 57120))
        playing = play("default", *NULL)
        code = """
        ("langPort" + NetAddr.langPort).postln;
        OSCFunc({ "answered".postln }, '/pong');
        NetAddr("127.0.0.1", 57130).sendMsg("/ping", 42).sendMsg("/hit", \\kick, 0.9)
        """
        said = run_sclang(code, tmp_path, 2.0, playing.port)
    assert "langPort 57120" not in said
    assert "answered" in said
    assert len(playing.stop().frames("kick")) == 1


def _send_to(listener: int) -> str:
    """A function that sends a bundle to the instrument and to the listener alike: the same tag."""
    return (
        f'var also = NetAddr("127.0.0.1", {listener});\n'
        "var send = { |lead ... hits| [drum, also].do { |to| to.sendBundle(lead, *hits) } };"
    )
