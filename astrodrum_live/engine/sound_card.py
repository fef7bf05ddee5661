"""The sound card, through PortAudio: it calls the compiled callback, and Python is not involved."""

from typing import Any

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import nearest
from astrodrum_live.rt.doors import rt_callback

CHANNELS = 2


class SoundCard:
    """A PortAudio output stream on ``device`` (index, name, or None for the default).

    The stream runs at the engine's rate and block. Errors: ``DeviceError`` where the device is not
    there, or refuses the rate (the message names the rate it would take).
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

    def start(self) -> None:
        try:
            self._stream.start()
        except load_portaudio().PortAudioError as error:
            raise DeviceError(f"'{self.name}' does not start: {error.args[0]}") from None

    def close(self) -> None:
        self._stream.close()

    def alive(self) -> bool:
        return bool(self._stream.active)


def load_portaudio() -> Any:
    """The sounddevice module. Errors: ``DeviceError`` saying how to get PortAudio."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            f"PortAudio is not installed ({error}): on Debian 'apt install libportaudio2'"
        ) from None
    return sounddevice


def find_output(device: int | str | None) -> dict[str, Any]:
    """PortAudio's description of an output device, by index, part of its name, or the default.

    Errors: ``DeviceError`` listing what there is.
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
