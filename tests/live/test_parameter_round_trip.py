"""Every row of the table: an OSC message turns it in the engine, and a saved kit brings it back."""

import time

import pytest

from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch_file import load_patch, save_values
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.params import MASTER_PARAMS, ORBIT_PARAMS, PAD_PARAMS, Param


def other_value(row: Param) -> float:
    """Within the row's range, not its default, and exact in OSC's 32-bit floats."""
    if row.integer:
        return float(min(row.default + 2, row.high) if row.default < row.high else row.low)
    third = row.low + (row.high - row.low) / 3
    return row.clamp(round(third * 8) / 8) if row.high - row.low > 1 else 0.25


@pytest.fixture(scope="module")
def stage(tiny_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("kit") / "two.toml"
    path.write_text(
        f'format = "astrodrum-kit"\nversion = 1\nmodel = "{tiny_model.as_posix()}"\n'
        '[[pad]]\nname = "kick"\nclass = "kick"\n[[pad]]\nname = "snare"\nclass = "snare"\n'
    )
    options = Options(audio="null", generator="frozen", session=1)
    instrument = LiveInstrument(load_patch(path), options, print)
    server = OscServer(instrument, "127.0.0.1:0")
    copy = path.with_name("saved.toml")  # the instrument would take a save of its own kit at once
    copy.write_bytes(path.read_bytes())
    yield copy, instrument, server
    server.close()
    instrument.close()


def send(server: OscServer, address: str, value: float) -> None:
    from pythonosc.udp_client import SimpleUDPClient

    client = SimpleUDPClient(*server.address)
    client.send_message(address, float(value))
    client._sock.close()


def becomes(instrument, pad, name, value) -> float:
    deadline = time.monotonic() + 5
    while instrument.value(pad, name) != value and time.monotonic() < deadline:
        time.sleep(0.002)
    return instrument.value(pad, name)


@pytest.mark.parametrize("row", PAD_PARAMS, ids=lambda row: row.name)
def test_a_pad_row_goes_from_osc_to_the_engine_to_the_patch_and_back(stage, row):
    path, instrument, server = stage
    value = other_value(row)
    assert value != row.default
    send(server, f"/p/snare/{row.name}", value)
    assert becomes(instrument, 1, row.name, value) == value
    assert instrument.value(0, row.name) == row.default
    saved = save_values(path, {("snare", row.name): instrument.value(1, row.name)})
    loaded = load_patch(path)
    assert loaded.pads[1].values[row.name] == saved.pads[1].values[row.name] == value
    assert loaded.pads[0].values[row.name] == row.default


@pytest.mark.parametrize("row", MASTER_PARAMS, ids=lambda row: row.name)
def test_a_master_row_goes_from_osc_to_the_engine_to_the_patch_and_back(stage, row):
    path, instrument, server = stage
    value = other_value(row)
    assert value != row.default
    send(server, f"/master/{row.name}", value)
    assert becomes(instrument, None, row.name, value) == value
    save_values(path, {(None, row.name): instrument.value(None, row.name)})
    assert load_patch(path).master[row.name] == value


@pytest.mark.parametrize("row", ORBIT_PARAMS, ids=lambda row: row.name)
def test_a_row_of_an_orbit_goes_from_osc_to_the_engine_to_the_patch_and_back(stage, row):
    path, instrument, server = stage
    value = other_value(row)
    assert value != row.default
    send(server, f"/orbit/5/{row.name}", value)
    deadline = time.monotonic() + 5
    while instrument.orbit_value(5, row.name) != value and time.monotonic() < deadline:
        time.sleep(0.002)
    assert instrument.orbit_value(5, row.name) == value
    assert instrument.orbit_value(4, row.name) == row.default
    save_values(path, {("orbit5", row.name): instrument.orbit_value(5, row.name)})
    assert load_patch(path).orbits[5][row.name] == value
    assert load_patch(path).orbits[4][row.name] == row.default
