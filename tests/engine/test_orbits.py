"""Orbits side by side: what each hears, when it costs nothing, and that its rows survive."""

import numpy as np
import pytest
from small_world import IMPULSE, flat, load, small_engine

from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.live.kit import load_kit
from astrodrum_live.params import ORBITS

HEAD = 'format = "astrodrum-kit"\nversion = 1\n[[pad]]\nname = "kick"\nclass = "kick"\n'


def heard(engine):
    return int(engine._header[0]["orbits_heard"])


def test_dry_orbits_add_up_to_the_mix_that_one_orbit_would_be():
    with small_engine(voices=ORBITS) as engine:
        load(engine, 0, *[flat(400, 2.0**-5)] * ORBITS)
        for orbit in range(ORBITS):
            engine.post_hit(0, 1.0, frame=1 + orbit, params=[("orbit", orbit)])
        out = engine.render(200)[:, 0]
        np.testing.assert_array_equal(out[1 : ORBITS + 1], np.arange(1, ORBITS + 1) / 32)


def test_every_orbit_has_an_echo_of_its_own():
    with small_engine(voices=ORBITS) as engine:
        load(engine, 0, *[IMPULSE] * ORBITS)
        for orbit in range(ORBITS):
            for name, value in (("delay", 1), ("delayfeedback", 0), ("delaytime", 0.1)):
                engine.post_orbit(orbit, name, value * (1 + orbit / 100 * (name == "delaytime")))
        engine.render(200)
        for orbit in range(ORBITS):
            engine.post_hit(0, 1.0, params=[("orbit", orbit), ("gain", -20.0)])
        out = engine.render(2000)[:, 0]
        assert list(np.flatnonzero(out)) == [0, *(800 + 8 * orbit for orbit in range(ORBITS))]


def test_an_orbit_beyond_the_last_is_the_last():
    with small_engine() as engine:
        engine.post_orbit(ORBITS - 1, "delay", 1)
        engine.render(200)
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0, params=[("orbit", 99)])
        assert np.flatnonzero(engine.render(2100)[:, 0])[1] == 2000


def test_silent_orbits_are_not_even_added():
    with small_engine() as engine:
        engine.post_orbit(2, "room", 1)
        engine.post_orbit(2, "size", 0)
        engine.render(300)
        assert heard(engine) == 0
        load(engine, 0, IMPULSE, IMPULSE)
        engine.post_hit(0, 1.0, params=[("orbit", 2)])
        engine.post_hit(0, 1.0, params=[("orbit", 5)])
        engine.render(100)
        engine.render(1)
        assert heard(engine) == 1 << 2  # the voices are over, the room rings
        engine.render(8000)
        assert heard(engine) == 0


@pytest.mark.parametrize("forget", ["post_panic", "post_hush"])
def test_a_scheduled_turn_of_an_orbit_survives(forget):
    with small_engine() as engine:
        engine.post_orbit(0, "delay", 1, frame=500)
        getattr(engine, forget)()
        engine.render(1000)
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0)
        assert np.flatnonzero(engine.render(2100)[:, 0])[1] == 2000


def test_a_kit_brings_its_orbits_and_takes_them_away():
    with small_engine() as engine:
        roomy = parse_patch(HEAD + "[[orbit]]\norbit = 3\nroom = 0.5\nsize = 0.9\n")
        load_kit(engine, roomy)
        assert (engine.orbit_value(3, "room"), engine.orbit_value(3, "size")) == (0.5, 0.9)
        load_kit(engine, parse_patch(HEAD), before=roomy)
        assert (engine.orbit_value(3, "room"), engine.orbit_value(3, "size")) == (0.0, 0.1)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_echoes_come_out_of_any_number_of_channels(channels):
    with small_engine() as engine:
        engine._header[0]["channels"] = channels
        engine.post_orbit(0, "delay", 1)
        engine._header[0]["given_ns"] = 1
        engine.call_back(np.empty((200, channels), np.float32))
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0)
        out = np.empty((2100, channels), np.float32)
        engine.call_back(out)
        assert out[2000, 0] == (0.25 if channels == 1 else 0.5)
        assert not out[:, 2:].any()


def test_a_stolen_voice_with_effects_dies_as_any_other():
    with small_engine(voices=2) as engine:
        load(engine, 0, *[flat(1600, 0.1)] * 6)
        for number in range(6):
            own = [("cutoff", 500.0), ("resonance", 0.5), ("orbit", number)]
            engine.post_hit(0, 1.0, frame=1 + 50 * number, params=own)
        out = engine.render(3000)[:, 0]
        assert engine.counters()["stolen"] == 4
        assert np.abs(np.diff(out)).max() < 0.1
        assert not out[2600:].any()
        assert engine.counters()["voices"] == 0
