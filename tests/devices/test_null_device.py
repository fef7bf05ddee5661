"""The device that is a clock: blocks come in time, and after a stall all of them come."""

import time
from types import SimpleNamespace

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine import null_device
from astrodrum_live.engine.null_device import NullDevice


class Listener:
    """An engine that only counts."""

    def __init__(self, rate: int = 48000, block: int = 480) -> None:
        self.config = EngineConfig(rate=rate, block=block)
        self.blocks: list[tuple[int, int]] = []
        self.stall_s = 0.0

    def call_back(self, out) -> None:
        self.blocks.append(out.shape)
        time.sleep(self.stall_s)
        self.stall_s = 0.0


def run_for(device: NullDevice, seconds: float) -> float:
    """How long it ran."""
    began = time.perf_counter()
    device.start()
    time.sleep(seconds)
    device.close()
    return time.perf_counter() - began


def test_as_many_blocks_as_the_clock_asks_for():
    listener = Listener()
    device = NullDevice(listener)
    took = run_for(device, 0.3)
    assert listener.blocks[0] == (480, 2)
    assert 28 <= len(listener.blocks) <= took * 100 + 2
    assert not device.alive()


def test_after_a_stall_the_missing_blocks_follow():
    listener = Listener()
    listener.stall_s = 0.2
    run_for(NullDevice(listener), 0.35)
    assert len(listener.blocks) >= 33


def test_after_a_sleep_of_hours_it_goes_on_from_now(monkeypatch):
    """Windows' clock counts them: their blocks would be minutes of work."""
    listener, ahead_ns = Listener(), [0]
    monkeypatch.setattr(null_device, "now_ns", lambda: time.perf_counter_ns() + ahead_ns[0])
    device = NullDevice(listener)
    device.start()
    time.sleep(0.1)
    ahead_ns[0] = 8 * 3600 * 10**9
    began = time.perf_counter()
    before = len(listener.blocks)
    time.sleep(0.2)
    device.close()
    took = time.perf_counter() - began
    assert 0 < len(listener.blocks) - before <= took * 100 + 60


def test_no_block_after_close_and_closing_twice_is_harmless():
    listener = Listener()
    device = NullDevice(listener)
    run_for(device, 0.05)
    count = len(listener.blocks)
    device.close()
    time.sleep(0.03)
    assert len(listener.blocks) == count


def test_closing_before_the_start_is_harmless():
    device = NullDevice(SimpleNamespace(config=EngineConfig()))
    device.close()
    assert not device.alive()
