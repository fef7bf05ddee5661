"""The other end of a loopback cable: a sound card's input, with the time of every frame."""

from typing import Any

import numpy as np

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.outputs import load_portaudio
from astrodrum_live.now import now_ns
from astrodrum_live.params import nearest

BLOCK = 256


class Cable:
    """Records the first channel of an input, by index or part of its name, from now on.

    Errors: ``DeviceError``. Thread: one; the recording is PortAudio's.
    """

    def __init__(self, device: str, rate: int) -> None:
        sd = load_portaudio()
        info = _find_input(sd, device)
        self._blocks: list[np.ndarray] = []
        self._times: list[tuple[int, float]] = []  # first frame of a block, its ns at the input
        self._frames = 0
        self._rate = rate
        try:
            self._stream = sd.InputStream(
                samplerate=rate, blocksize=BLOCK, device=info["index"], channels=1,
                dtype="float32", latency="low", callback=self._heard,
            )  # fmt: skip
            self._stream.start()
        except sd.PortAudioError as error:
            raise DeviceError(f"'{info['name']}' does not record: {error.args[0]}") from None

    def stop(self) -> tuple[np.ndarray, float, float]:
        """End. The sound (n,), the ns of its first frame, and ns per frame, both by a straight line
        through all blocks' times, as each by itself jitters."""
        self.close()
        if len(self._times) < 2:
            raise DeviceError("the input gave no sound at all")
        frames, at_ns = np.array(self._times, float).T
        slope, begin = np.polyfit(frames, at_ns - at_ns[0], 1)
        return np.concatenate(self._blocks), float(begin + at_ns[0]), float(slope)

    def close(self) -> None:
        """Close the input. Again: nothing happens."""
        self._stream.close()

    def _heard(self, block: np.ndarray, frames: int, when: Any, status: Any) -> None:
        at_ns = now_ns()
        waited_s = when.currentTime - when.inputBufferAdcTime
        if not 0 <= waited_s < 1:  # some host APIs say nothing
            waited_s = frames / self._rate
        self._times.append((self._frames, at_ns - waited_s * 1e9))
        self._blocks.append(block[:, 0].copy())
        self._frames += frames


def _find_input(sd: Any, device: str) -> dict[str, Any]:
    inputs = [info for info in sd.query_devices() if info["max_input_channels"] > 0]
    for info in inputs:
        if device == str(info["index"]) or device.lower() in info["name"].lower():
            return dict(info)
    names = [info["name"] for info in inputs]
    there = "; ".join(f"{info['index']} {info['name']}" for info in inputs) or "none"
    raise DeviceError(f"no input '{device}'{nearest(device, names)}; there are: {there}")
