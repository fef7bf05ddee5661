"""Commands from control to callback: a ring between threads, then a heap in order of frames."""

from astrodrum_live.config import COMMAND_SLOTS
from astrodrum_live.rt.atomics import exchange_if, load_acquire, store_release
from astrodrum_live.rt.command_kinds import CHOKE, HIT, HUSH, PANIC
from astrodrum_live.rt.counters import PENDING_FULL, rt_count
from astrodrum_live.rt.jit import realtime

_TRIES = 1000  # some microseconds; a command is copied in a tenth of one


@realtime
def post_command(mem, command):
    """Copy a command into the ring; False if the ring is full, or another thread takes longer over
    its own than this one may wait: it was interrupted.

    Thread: any but the callback's. Realtime-safe: yes.
    """
    for _ in range(_TRIES):
        if exchange_if(mem.command_lock, 0, 0, 1):
            break
    else:
        return False
    write = mem.command_write[0]
    there_is_room = write - load_acquire(mem.command_read, 0) < COMMAND_SLOTS
    if there_is_room:
        mem.command[write % COMMAND_SLOTS] = command
        store_release(mem.command_write, 0, write + 1)
    store_release(mem.command_lock, 0, 0)
    return there_is_room


@realtime
def rt_drain_commands(mem):
    """Move what has arrived from the ring to the heap. Thread: callback. Realtime-safe: yes."""
    write = load_acquire(mem.command_write, 0)
    read = mem.command_read[0]
    while read < write:
        command = mem.command[read % COMMAND_SLOTS]
        if command.kind in (PANIC, HUSH):
            _forget_schedule(mem)  # here: what is posted after it, even at once, must sound
        if mem.pending_count < COMMAND_SLOTS:
            command.order = mem.order
            mem.order += 1
            _push(mem, command)
        else:
            rt_count(mem, PENDING_FULL)
        read += 1
    store_release(mem.command_read, 0, read)


@realtime
def rt_pop_pending(mem):
    """Remove the earliest command; read it from ``mem.pending[0]`` first.

    Thread: callback. Realtime-safe: yes.
    """
    heap = mem.pending
    last = mem.pending_count - 1
    mem.pending_count = last
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and _before(heap[child + 1], heap[child]):
            child += 1
        if _before(heap[last], heap[child]):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = heap[last]


@realtime
def _forget_schedule(mem):
    """Drop what a panic or hush finds waiting, but the settings, which Python takes for made, and a
    panic that was not obeyed yet: a hush behind it must not save what rings."""
    count = mem.pending_count
    mem.pending_count = 0
    for i in range(count):
        if mem.pending[i].kind not in (HIT, CHOKE, HUSH):
            mem.kept[0] = mem.pending[i]  # the heap grows over the array it is read from
            _push(mem, mem.kept[0])


@realtime
def _push(mem, command):
    heap = mem.pending
    at = mem.pending_count
    mem.pending_count = at + 1
    while at > 0:
        parent = (at - 1) // 2
        if not _before(command, heap[parent]):
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = command


@realtime
def _before(a, b):
    return a.frame < b.frame or (a.frame == b.frame and a.order < b.order)
