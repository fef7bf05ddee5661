"""The outputs there are, through PortAudio; and wishes, by which one is found again."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.params import nearest

_ALSA_NUMBERS = re.compile(r" ?\(hw:\d+,\d+\)")


@dataclass(frozen=True, slots=True)
class Wish:
    """An output that is wanted: ``name`` a part of its name, or None for the default; with
    ``host_api``, that very device, whatever number ALSA has given its card this time.

    Thread: any. Realtime-safe: no.
    """

    name: str | None = None
    host_api: str | None = None

    def find(self) -> dict[str, Any]:
        """PortAudio's description of the output. Errors: ``DeviceError`` if it is not there."""
        if self.host_api is None:
            return find_output(self.name)
        sd = load_portaudio()
        there = [
            info
            for info in sd.query_devices()
            if info["max_output_channels"] > 0 and host_api_of(info) == self.host_api
        ]
        for same in (str, stable_name):
            for info in there:
                if same(info["name"]) == same(self.name or ""):
                    return info
        raise DeviceError(f"'{self.name}' is not there")

    def as_dict(self) -> dict[str, str | None]:
        """For the pipe to another process."""
        return asdict(self)


def stable_name(name: str) -> str:
    """Without ALSA's card and device numbers, which may be others after it is plugged in again.

    Thread: any. Realtime-safe: no.
    """
    return _ALSA_NUMBERS.sub("", name)


def host_api_of(info: dict[str, Any]) -> str:
    """The name of the API that an output is reached through. Thread: any. Realtime-safe: no."""
    return str(load_portaudio().query_hostapis(info["hostapi"])["name"])


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
