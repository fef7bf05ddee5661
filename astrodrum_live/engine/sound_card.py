"""The sound card, through PortAudio: it calls the compiled callback, and Python is not involved."""

import atexit
import threading
from typing import Any

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.outputs import Wish, find_output, host_api_of, load_portaudio
from astrodrum_live.engine.pulse import Pulse
from astrodrum_live.engine.realtime import raise_device, threads
from astrodrum_live.now import now_ns
from astrodrum_live.rt.doors import rt_callback
from astrodrum_live.rt.memory import SharedMemory

CHANNELS = 2
CLOSE_S = 0.5  # how long a device that has gone may take to close


class CardRefuses(DeviceError):
    """The device is there, and will not run like that."""


class CardStream:
    """A PortAudio output stream on the device of ``info``, at ``rate`` and ``block``, that calls
    the callback of the engine whose ``memory`` is given.

    Errors: ``CardRefuses``. Thread: one, and not the callback's. Realtime-safe: no.
    """

    def __init__(self, memory: SharedMemory, rate: int, block: int, info: dict[str, Any]) -> None:
        sd = load_portaudio()
        self._before = threads()
        self.name = f"{info['name']} ({host_api_of(info)})"
        self.on_jack = "JACK" in host_api_of(info)
        self._memory = memory
        self._channels = min(CHANNELS, info["max_output_channels"])
        # The documented hook for library authors: a raw callback instead of a Python one.
        ffi = sd._ffi
        try:
            self._stream = sd._StreamBase(
                kind="output",
                wrap_callback=None,
                samplerate=rate,
                blocksize=block,
                device=info["index"],
                channels=self._channels,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback*", rt_callback.address),
                userdata=ffi.cast("void*", memory.address),
                prime_output_buffers_using_stream_callback=False,
            )
        except sd.PortAudioError as error:
            own = info["default_samplerate"]
            raise CardRefuses(
                f"'{info['name']}' will not open at {rate} Hz with {block} frames: "
                f"{error.args[0]}; its own rate is {own:.0f} "
                f"(--rate {own:.0f}), or try --block 256"
            ) from None
        self.latency_s = float(self._stream.latency)

    def start(self) -> bool:
        """Begin to call back; no other device may. True if its thread has real-time priority.

        Errors: ``DeviceError``.
        """
        self._memory.header["channels"] = self._channels
        try:
            self._stream.start()
        except load_portaudio().PortAudioError as error:
            raise DeviceError(f"'{self.name}' does not start: {error.args[0]}") from None
        return raise_device(threads() - self._before)

    def active(self) -> bool:
        """False when PortAudio has noticed that the device has gone."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop, and return when no callback runs any more."""
        self._stream.close()

    def abandon(self) -> None:
        """Close a stream whose device has gone, or leave it behind.

        Where a JACK server has ended it is left: PortAudio would wait for it for ever, or abort the
        process; also when it is told to tidy up at exit.
        """
        atexit.unregister(load_portaudio()._exit_handler)
        if self.on_jack:
            return
        closing = threading.Thread(target=self._stream.close, args=(True,), daemon=True)
        closing.start()
        closing.join(CLOSE_S)


class SoundCard:
    """A device that is PortAudio's output ``device`` (index, name, or None for the default).

    The stream runs at the engine's rate and block. Errors: ``DeviceError`` where the device is not
    there; ``CardRefuses`` where it refuses the rate (the message names the rate it would take).
    ``wish`` finds the same device again.
    Thread: one, and not the callback's. Realtime-safe: no.
    """

    def __init__(self, engine: Engine, device: int | str | None = None) -> None:
        info = find_output(device)
        self.rate, self.block = engine.config.rate, engine.config.block
        self._stream = CardStream(engine.memory, self.rate, self.block, info)
        self.name, self.latency_s = self._stream.name, self._stream.latency_s
        self.realtime = False
        self.wish = Wish(info["name"], host_api_of(info))
        self._engine = engine
        self._pulse: Pulse | None = None

    def start(self) -> None:
        self._pulse = Pulse(lambda: self._engine.counters()["blocks"], now_ns)
        self.realtime = self._stream.start()

    def close(self) -> None:
        if self._pulse and not self.alive():
            self._stream.abandon()
        else:
            self._stream.close()

    def alive(self) -> bool:
        """False when the stream has ended, or has asked for no block in a while.

        But a JACK server that only hangs is waited for: its stream cannot be closed, and beside
        another device it would call the engine again one day.
        """
        beats = self._pulse is None or self._stream.on_jack or self._pulse.beats()
        return self._stream.active() and beats
