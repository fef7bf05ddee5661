"""The sound card, through PortAudio: it calls the compiled callback, and Python is not involved."""

import atexit
import threading
from typing import Any

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.now import now_ns
from astrodrum_live.params import nearest
from astrodrum_live.rt.doors import rt_callback

CHANNELS = 2
CLOSE_S = 1.0  # how long a device that has gone may take to close
GONE_S = 2.0  # without a block: gone, though PortAudio may not have noticed


class SoundCard:
    """A PortAudio output stream on ``device`` (index, name, or None for the default).

    The stream runs at the engine's rate and block. Errors: ``DeviceError`` where the device is not
    there, or refuses the rate (the message names the rate it would take).
    Thread: one, and not the callback's. Realtime-safe: no.
    """

    def __init__(self, engine: Engine, device: int | str | None = None) -> None:
        sd = load_portaudio()
        info = find_output(device)
        self.name = f"{info['name']} ({sd.query_hostapis(info['hostapi'])['name']})"
        self.rate = engine.config.rate
        self.block = engine.config.block
        channels = min(CHANNELS, info["max_output_channels"])
        engine.memory.header["channels"] = channels
        # The documented hook for library authors: a raw callback instead of a Python one.
        ffi = sd._ffi
        try:
            self._stream = sd._StreamBase(
                kind="output",
                wrap_callback=None,
                samplerate=self.rate,
                blocksize=self.block,
                device=info["index"],
                channels=channels,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback*", rt_callback.address),
                userdata=ffi.cast("void*", engine.memory.address),
                prime_output_buffers_using_stream_callback=False,
            )
        except sd.PortAudioError as error:
            raise DeviceError(
                f"'{info['name']}' will not open at {self.rate} Hz with {self.block} frames: "
                f"{error.args[0]}; its own rate is {info['default_samplerate']:.0f} "
                f"(--rate {info['default_samplerate']:.0f}), or try --block 256"
            ) from None
        self.latency_s = float(self._stream.latency)
        self._engine = engine
        self._started = False
        self._blocks = -1
        self._block_ns = now_ns()

    def start(self) -> None:
        self._started = True
        try:
            self._stream.start()
        except load_portaudio().PortAudioError as error:
            raise DeviceError(f"'{self.name}' does not start: {error.args[0]}") from None

    def close(self) -> None:
        if self._started and not self.alive():
            self._abandon()
        else:
            self._stream.close()

    def alive(self) -> bool:
        """False when the stream has ended, or has asked for no block in a while."""
        blocks, now = self._engine.counters()["blocks"], now_ns()
        if blocks != self._blocks:
            self._blocks, self._block_ns = blocks, now
        return bool(self._stream.active) and now - self._block_ns < GONE_S * 1e9

    def _abandon(self) -> None:
        """Close a stream whose device has gone, or leave it behind.

        Where a JACK server has ended, PortAudio waits for it for ever, and aborts the process when
        it is told to tidy up at exit.
        """
        atexit.unregister(load_portaudio()._exit_handler)
        closing = threading.Thread(target=self._stream.close, args=(True,), daemon=True)
        closing.start()
        closing.join(CLOSE_S)


def load_portaudio() -> Any:
    """The sounddevice module. Errors: ``DeviceError`` saying how to get PortAudio.

    Thread: any. Realtime-safe: no.
    """
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            f"PortAudio is not installed ({error}): on Debian 'apt install libportaudio2'"
        ) from None
    return sounddevice


def find_output(device: int | str | None) -> dict[str, Any]:
    """PortAudio's description of an output device, by index, part of its name, or the default.

    Errors: ``DeviceError`` listing what there is. Thread: any. Realtime-safe: no.
    """
    sd = load_portaudio()
    outputs = [info for info in sd.query_devices() if info["max_output_channels"] > 0]
    if not outputs:
        raise DeviceError("no sound card here; '--audio null' plays without one")
    if device is None:
        default = sd.default.device[1]
        return next((info for info in outputs if info["index"] == default), outputs[0])
    wanted = str(device).lower()
    for info in outputs:
        if wanted == str(info["index"]) or wanted == info["name"].lower():
            return info
    for info in outputs:
        if wanted in info["name"].lower():
            return info
    names = [info["name"] for info in outputs]
    raise DeviceError(
        f"no output '{device}'{nearest(str(device), names)}; there are: "
        + "; ".join(f"{info['index']} {info['name']}" for info in outputs)
    )
