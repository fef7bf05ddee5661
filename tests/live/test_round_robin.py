"""A pad's own choice of hits: every one fresh, or the same few in turn."""

import numpy as np
import pytest

from astrodrum_live.control.events import Hit, Set
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.offline import OfflineInstrument

KIT = 'version = 1\n[[pad]]\nname = "kick"\nclass = "kick"\nround_robin = 3\n'
STROKES = [Hit(0, 0.9)] * 6 + [Hit(0, 0.2)] * 3 + [Hit(0, 0.9, number=100), Hit(0, 0.9)]


def rendered(kit, generator: str, block: int, timed) -> tuple[np.ndarray, np.ndarray]:
    instrument = OfflineInstrument(load_patch(kit), 5, 48000, block, generator)
    try:
        sound = np.concatenate(list(instrument.render(timed)))
        return sound, instrument.engine.drain_played()
    finally:
        instrument.close()


@pytest.mark.parametrize("block", [64, 1000])
def test_the_same_hits_come_in_turn_for_each_layer(kit, block):
    timed = [(500 + 300 * n, hit) for n, hit in enumerate(STROKES)]
    sound, played = rendered(kit("robin", KIT), "cpu", block, timed)
    numbers, velocities = played["number"].tolist(), played["made_for"].tolist()
    assert numbers == [0, 1, 2] * 3 + [100, 0]
    assert velocities == [0.9] * 6 + [0.3] * 3 + [0.75, 0.9]
    other, _ = rendered(kit("robin", KIT), "cpu", 256, timed)
    np.testing.assert_array_equal(sound, other)


def test_at_zero_every_hit_is_fresh_again(kit):
    timed = [(500 * (n + 1), Hit(0, 0.9)) for n in range(4)]
    timed += [(2100, Set(0, "round_robin", 0.0))]
    timed += [(2200 + 500 * n, Hit(0, 0.9)) for n in range(4)]
    _, played = rendered(kit("robin", KIT), "cpu", 256, timed)
    assert played["number"].tolist() == [0, 1, 2, 0, -1, -1, -1, -1]
    assert len(set(played["seed"][4:].tolist())) == 4
