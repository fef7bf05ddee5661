"""What every sound device is: something that calls the engine's callback, block after block."""

from typing import Protocol


class DeviceError(RuntimeError):
    """A device that is gone or refuses; the message names it and what there is instead."""


class Device(Protocol):
    """A running device. Thread: start and close from one, alive from any. Realtime-safe: no."""

    name: str
    rate: int
    block: int
    latency_s: float  # from a frame's rendering to the loudspeaker
    realtime: bool  # once started: whether its thread goes before all that are not real-time

    def start(self) -> None:
        """Begin to call back."""

    def close(self) -> None:
        """Stop, and return when no callback runs any more."""

    def alive(self) -> bool:
        """False once the device has stopped by itself."""
