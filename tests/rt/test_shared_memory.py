"""One owner creates and unlinks; whoever attaches sees the same bytes and leaves nothing behind."""

import errno
import multiprocessing
import os
import sys
from multiprocessing import shared_memory

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.rt import memory as memory_module
from astrodrum_live.rt.layout import MAGIC, SHARED
from astrodrum_live.rt.memory import SharedMemory

SMALL = EngineConfig(rate=8000, voices=2, hit_seconds=0.05)


def write_from_elsewhere(name: str) -> None:
    memory = SharedMemory(name=name)
    memory.header["frame"] = 4242
    memory.arena[-1] = 0.5
    memory.close()


def in_child(target, *args) -> None:
    child = multiprocessing.get_context("spawn").Process(target=target, args=args)
    child.start()
    child.join(30)
    assert child.exitcode == 0


def test_a_child_attaches_by_name_and_its_end_does_not_take_the_block_away():
    memory = SharedMemory(SMALL)
    try:
        in_child(write_from_elsewhere, memory.name)
        assert memory.header["frame"][0] == 4242
        assert memory.arena[-1] == 0.5
        again = SharedMemory(name=memory.name)
        assert again.header["frame"][0] == 4242
        again.close()
    finally:
        memory.close()


def test_the_owner_unlinks_when_it_closes():
    memory = SharedMemory(SMALL)
    name = memory.name
    memory.close()
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=name)


def test_a_guest_does_not_unlink_when_it_closes():
    memory = SharedMemory(SMALL)
    SharedMemory(name=memory.name).close()
    SharedMemory(name=memory.name).close()
    memory.close()


@pytest.mark.parametrize("size", [64, SHARED.itemsize + 4096])
def test_a_block_that_is_not_an_engines_is_refused_and_let_go(size):
    block = shared_memory.SharedMemory(create=True, size=size)
    try:
        with pytest.raises(ValueError, match="is not an AstroDrum engine's"):
            SharedMemory(name=block.name)
    finally:
        block.close()
        block.unlink()


def test_a_block_is_only_marked_as_an_engines_once_it_is_laid_out():
    memory = SharedMemory(SMALL)
    assert memory.header["magic"][0] == MAGIC
    memory.header["magic"] = MAGIC + 1
    with pytest.raises(ValueError, match="is not an AstroDrum engine's"):
        SharedMemory(name=memory.name)
    memory.close()


def refuse(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("door", ["shared_memory.SharedMemory", "os.posix_fallocate"])
def test_more_memory_than_there_is_is_an_error_that_names_the_size(monkeypatch, door):
    if door.startswith("os") and sys.platform != "linux":
        pytest.skip("elsewhere the system does not promise more than it has")
    monkeypatch.setattr(f"{memory_module.__name__}.{door}", refuse)
    monkeypatch.setattr(memory_module.os, "urandom", lambda _: b"abc")
    with pytest.raises(MemoryError, match=r"no \d+ MiB of shared memory .* No space left"):
        SharedMemory(SMALL)
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=f"astrodrum-{os.getpid()}-616263")


def test_all_is_zero_at_the_start_but_what_the_settings_say():
    memory = SharedMemory(SMALL)
    header = memory.header[0]
    assert not memory.arena.any()
    assert (header["rate"], header["hit_frames"], header["voices"]) == (8000, 400, 2)
    assert not header["counter"].any()
    assert memory.arena.size == (16 * 3 * 22 + 192) * 400 + 2 * 2 * (400 + memory_module.GUARD)
    del header
    memory.close()


def test_what_two_sides_write_lies_on_words_of_its_own():
    """Atomics need their alignment, and Python writes whole words."""
    for name in ("ring_write", "ring_read", "struck", "command_write", "command_read",
                 "played_write", "played_read", "tap_write", "tap_read", "epoch",
                 "tapping", "sound_asked", "sound_answered"):  # fmt: skip
        assert SHARED[name].base == np.int64
        assert SHARED.fields[name][1] % 8 == 0
