"""The law of velocity: harder is never duller."""

import numpy as np
import pytest

from astrodrum_live.model.dynamics import NEUTRAL, SLOPES, struck
from astrodrum_live.model.knobs import KNOBS

VELOCITIES = np.linspace(0, 1, 128)
AMOUNTS = np.linspace(0, 1, 11)


@pytest.mark.parametrize("knob", KNOBS)
def test_no_knob_falls_with_velocity_wherever_it_stands(knob: str) -> None:
    for position in AMOUNTS:
        for dynamics in AMOUNTS:
            turned = [struck(knob, position, velocity, dynamics) for velocity in VELOCITIES]
            assert (np.diff(turned) >= 0).all()
            assert min(turned) >= 0
            assert max(turned) <= 1


@pytest.mark.parametrize("knob", SLOPES)
def test_brightness_and_punch_rise_the_more_the_higher_dynamics(knob: str) -> None:
    travel = [struck(knob, 0.5, 1.0, amount) - struck(knob, 0.5, 0.1, amount) for amount in AMOUNTS]
    assert (np.diff(travel) > 0).all()
    assert travel[0] == 0


@pytest.mark.parametrize("knob", KNOBS)
def test_at_the_neutral_velocity_a_knob_is_where_it_stands(knob: str) -> None:
    assert struck(knob, 0.3, NEUTRAL, 1.0) == 0.3
    assert knob in SLOPES or struck(knob, 0.3, 1.0, 1.0) == 0.3
