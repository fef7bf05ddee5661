"""Where a pad's layers lie on MIDI's velocities, and how loud each of these is."""

import pytest

from astrodrum_live.export.strokes import gain_at, layer_ranges
from astrodrum_live.layers import layer_of
from astrodrum_live.velocity import pad_velocity


def law(curve=1.0, floor=0.0, ceiling=1.0) -> dict[str, float]:
    return {"curve": curve, "floor": floor, "ceiling": ceiling, "fixed": 0.0}


def test_the_layers_meet_and_leave_nothing_out():
    assert layer_ranges(law()) == {0: (1, 57), 1: (58, 95), 2: (96, 127)}  # 57/127 < 0.45


def test_a_floor_hides_the_soft_layer_and_a_ceiling_the_hard_one():
    assert layer_ranges(law(floor=0.5)) == {1: (1, 63), 2: (64, 127)}
    assert layer_ranges(law(ceiling=0.4)) == {0: (1, 127)}


def test_a_pad_upside_down_has_its_hard_layer_below():
    assert layer_ranges(law(floor=1.0, ceiling=0.5)) == {2: (1, 63), 1: (64, 127)}


@pytest.mark.parametrize("values", [law(), law(2.0, 0.2, 0.9), law(0.5, 0.9, 0.1)])
def test_every_velocity_is_in_its_own_layer(values):
    ranges = layer_ranges(values)
    for velocity in range(1, 128):
        layer = layer_of(pad_velocity(velocity / 127, values["floor"], values["ceiling"]))
        low, high = ranges[layer]
        assert low <= velocity <= high


def test_a_pad_of_one_velocity_has_one_layer_and_one_gain():
    one = {**law(curve=2.0), "fixed": 0.5}
    assert layer_ranges(one) == {1: (1, 127)}
    assert gain_at(one, 0.1) == gain_at(one, 1.0) == 0.25


def test_gain_is_the_pads_power_law():
    assert gain_at(law(curve=2.0, floor=0.5), 0.5) == pytest.approx(0.75**2)
