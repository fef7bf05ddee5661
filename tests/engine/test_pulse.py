"""Whether a device still asks for blocks."""

from astrodrum_live.engine.pulse import GONE_S, Pulse


class World:
    blocks, now_s = 0, 0.0

    def pulse(self) -> Pulse:
        return Pulse(lambda: self.blocks, lambda: round(self.now_s * 1e9))


def test_blocks_that_come_beat_however_slowly_one_looks():
    world = World()
    pulse = world.pulse()
    for _ in range(10):
        world.now_s += 5.0
        world.blocks += 1
        assert pulse.beats()


def test_without_a_block_for_a_second_it_is_gone_and_with_one_it_is_back():
    world = World()
    pulse = world.pulse()
    seen = []
    for _ in range(12):
        world.now_s += 0.125
        seen.append(pulse.beats())
    assert seen == [True] * int(GONE_S / 0.125 - 1) + [False] * 5
    world.blocks += 1
    assert pulse.beats()


def test_a_pause_of_the_whole_process_is_not_the_devices():
    world = World()
    pulse = world.pulse()
    world.now_s += 60.0
    assert pulse.beats()
