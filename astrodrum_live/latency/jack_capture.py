"""What is on a JACK graph's ports, with the server's own number of every frame.

A client whose callback is machine code: a Python one would make the graph late that it measures.
"""

import ctypes
import ctypes.util
import time

import numpy as np
from numba import carray, cfunc, types

from astrodrum_live.now import now_ns

_AUDIO = b"32 bit float mono audio"
_IS_INPUT, _IS_OUTPUT = 1, 2
_NO_START = 1
MAX_PORTS = 8
_CYCLES = 1 << 16  # 87 s of 64 frames at 48 kHz

# One block of int64, and behind the cycles of float32: a callback gets one address.
_BASE, _CLIENT, _PORTS, _ROOM, _COUNT, _FIRST, _BEGUN = range(7)
_FRAME, _TIME, _NEXT, _PERIOD = range(8, 12)  # where JACK writes a cycle's times
_PORT = 16
_CYCLE = _PORT + MAX_PORTS
_SOUND = 2 * (_CYCLE + 2 * _CYCLES)  # counted in float32


class JackError(RuntimeError):
    """No server, or one that refuses; the message says what to do."""


def load_jack() -> ctypes.CDLL:
    """JACK's library, its functions typed. Errors: ``JackError``."""
    name = ctypes.util.find_library("jack")
    if name is None:
        raise JackError("JACK's library is not installed: on Debian 'apt install jackd2'")
    lib = ctypes.CDLL(name)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    for function, result, arguments in (
        ("jack_client_open", handle, None),
        ("jack_port_register", handle, [handle, text, text, ctypes.c_ulong, ctypes.c_ulong]),
        ("jack_port_get_buffer", handle, [handle, ctypes.c_uint32]),
        ("jack_port_name", text, [handle]),
        ("jack_get_ports", ctypes.POINTER(text), [handle, text, text, ctypes.c_ulong]),
        ("jack_set_process_callback", ctypes.c_int, [handle, handle, handle]),
        ("jack_get_cycle_times", ctypes.c_int, [handle] * 5),
        ("jack_get_time", ctypes.c_uint64, []),
        ("jack_get_sample_rate", ctypes.c_uint32, [handle]),
        ("jack_get_buffer_size", ctypes.c_uint32, [handle]),
        ("jack_connect", ctypes.c_int, [handle, text, text]),
        ("jack_activate", ctypes.c_int, [handle]),
        ("jack_client_close", ctypes.c_int, [handle]),
        ("jack_set_error_function", None, [handle]),
        ("jack_set_info_function", None, [handle]),
        ("jack_free", None, [handle]),
    ):
        getattr(lib, function).restype = result
        if arguments is not None:
            getattr(lib, function).argtypes = arguments
    lib.jack_set_error_function(_be_quiet.address)
    lib.jack_set_info_function(_be_quiet.address)
    return lib


@cfunc(types.void(types.voidptr))
def _be_quiet(text):
    """What JACK would print on standard error: its functions' results say it as well."""


class JackCapture:
    """Records ``count`` inputs for up to ``seconds``, from ``begin`` on.

    Thread: one. Errors: ``JackError``.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._lib = lib = load_jack()
        status = ctypes.c_int(0)
        lib.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
        self._client = lib.jack_client_open(b"latency", _NO_START, ctypes.byref(status))
        if not self._client:
            raise JackError("no JACK server answers: start one, or leave it to --path jack")
        self.rate = int(lib.jack_get_sample_rate(self._client))
        self.block = int(lib.jack_get_buffer_size(self._client))
        self._count, self._room = count, int(seconds * self.rate)
        self._told = told = np.zeros((_SOUND + count * self._room + 1) // 2, np.int64)
        told[_BASE], told[_CLIENT] = told.ctypes.data, self._client
        told[_PORTS], told[_ROOM] = count, self._room
        self._names = []
        for index in range(count):
            name = f"in_{index + 1}".encode()
            port = lib.jack_port_register(self._client, name, _AUDIO, _IS_INPUT, 0)
            told[_PORT + index] = port
            self._names.append(lib.jack_port_name(port))
        self._process = _process_for(lib)
        lib.jack_set_process_callback(self._client, self._process.address, told.ctypes.data)
        if lib.jack_activate(self._client):
            self.close()
            raise JackError("JACK does not let the recording start")

    def outputs(self) -> list[str]:
        """The audio outputs that there are on the graph."""
        found = self._lib.jack_get_ports(self._client, None, _AUDIO, _IS_OUTPUT)
        names: list[str] = []
        while found and found[len(names)]:
            names.append(found[len(names)].decode())
        if found:
            self._lib.jack_free(found)
        return names

    def connect(self, output: str, index: int) -> None:
        """Listen to an output with the input ``index``. Errors: ``JackError``."""
        self.wire(output, self._names[index].decode())

    def wire(self, output: str, input_: str) -> None:
        """Connect any two ports of the graph. Errors: ``JackError``."""
        if self._lib.jack_connect(self._client, output.encode(), input_.encode()):
            raise JackError(f"JACK does not connect {output} to {input_}")

    def begin(self) -> None:
        """Record from the next block on."""
        self._told[_BEGUN] = 1

    def stop(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """End. The sound (inputs, n), where frame 0 is the first of the recording; and of every
        block its first frame (m,) and the ns of ``astrodrum_live.now`` (m,) at which the server
        woke us for it: for the times of frames see ``frame_times``."""
        before_us = self._lib.jack_get_time()
        offset_ns = now_ns() - before_us * 1000  # 0 to within microseconds where it is one clock
        self.close()
        told = self._told
        cycles = told[_CYCLE : _CYCLE + 2 * int(told[_COUNT])].reshape(-1, 2)
        length = min(int(cycles[-1, 0]), self._room) if len(cycles) else 0
        sound = told.view(np.float32)[_SOUND:].reshape(-1)[: self._count * self._room]
        at_ns = cycles[:, 1] * 1000.0 + (offset_ns if abs(offset_ns) > 1_000_000 else 0)
        return sound.reshape(self._count, self._room)[:, :length], cycles[:, 0].astype(float), at_ns

    def close(self) -> None:
        """Leave the graph. Again: nothing happens."""
        if self._client:
            self._lib.jack_client_close(self._client)
            self._client = None


def wait_for_outputs(capture: JackCapture, before: list[str], patience_s: float = 10.0) -> str:
    """The first audio output that has come since. Errors: ``JackError``."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        new = sorted(set(capture.outputs()) - set(before))
        if new:
            time.sleep(0.1)  # its brothers come too
            return min(set(capture.outputs()) - set(before))
        time.sleep(0.02)
    raise JackError("no new audio output has come to the JACK graph")


def _process_for(lib: ctypes.CDLL):
    """The callback, compiled against this very library. A block's sound goes where its frame number
    puts it, so that a lost block is a gap and shifts nothing."""
    number = ctypes.c_uint64
    get_buffer = _typed(lib.jack_port_get_buffer, number, number, ctypes.c_uint32)
    cycle_times = _typed(lib.jack_get_cycle_times, ctypes.c_int, *[number] * 5)
    clock = _typed(lib.jack_get_time, number)
    copy = _typed(ctypes.memmove, number, *[number] * 3)

    @cfunc(types.intc(types.uint32, types.voidptr))
    def process(frames, memory):
        told = carray(memory, (_CYCLE + 2 * _CYCLES,), np.int64)
        if told[_BEGUN] == 0:
            return 0
        woken_us = clock()
        at = told[_BASE]
        cycle_times(
            told[_CLIENT], at + 8 * _FRAME, at + 8 * _TIME, at + 8 * _NEXT, at + 8 * _PERIOD
        )
        count = told[_COUNT]
        if count == 0:
            told[_FIRST] = told[_FRAME]
        begin = (told[_FRAME] - told[_FIRST]) & 0xFFFFFFFF  # JACK counts in 32 bits
        if count == _CYCLES or begin + frames > told[_ROOM]:
            return 0
        told[_CYCLE + 2 * count] = begin
        told[_CYCLE + 2 * count + 1] = woken_us
        for port in range(told[_PORTS]):
            place = _SOUND + port * told[_ROOM] + begin
            copy(at + 4 * place, get_buffer(told[_PORT + port], frames), 4 * frames)
        told[_COUNT] = count + 1
        return 0

    return process


def _typed(function, result, *arguments):
    """An entry of a library as a function of other types: numba has no pointers to write."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)
