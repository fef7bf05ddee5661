"""Settings fixed when the engine starts: sizes, rate, timing. Changing one means a restart."""

from dataclasses import dataclass

from astrodrum_live.layers import LAYERS

TIMING_MODES = ("steady", "soonest")
STALL_S = 0.6  # shorter ones the null device makes up for; the longest block takes 0.17 s


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """How an engine is built. Frames are at ``rate``; a block is what the device asks for at once.

    ``timing``: ``steady`` plays a live note at its arrival + one block + ``slack_ms``, so that
    jitter becomes a constant; ``soonest`` at the start of the next block.
    ``slack_ms``: covers the way from the port to the command ring; measured by ``astrodrum bench``.
    Errors: ``ValueError`` naming the setting and its range.
    """

    rate: int = 48000
    block: int = 128
    voices: int = 96
    timing: str = "steady"
    slack_ms: float = 1.0
    hit_seconds: float = 1.6  # the longest hit a ring slot holds: a 65536-sample slice and its pad
    ring_depth: int = 16  # per layer, so 48 to a pad: a drummer's densest second has 34

    def __post_init__(self) -> None:
        _between("rate", self.rate, 8000, 192000)
        _between("block", self.block, 1, 8192)
        _between("voices", self.voices, 1, MAX_VOICES)
        _between("ring_depth", self.ring_depth, 2, RING_SLOTS - RING_SPARE)
        _between("slack_ms", self.slack_ms, 0.0, 100.0)
        _between("hit_seconds", self.hit_seconds, 0.05, 4.0)
        if self.timing not in TIMING_MODES:
            raise ValueError(f"timing is '{self.timing}'; it can be {' or '.join(TIMING_MODES)}")

    @property
    def hit_frames(self) -> int:
        """Frames a ring slot or a voice can hold."""
        return int(self.hit_seconds * self.rate)

    @property
    def pad_depth(self) -> int:
        """Ready hits to keep for a pad, in all its layers."""
        return LAYERS * self.ring_depth


MAX_VOICES = 256
RING_SLOTS = 22  # in the ring of one layer of one pad
RING_SPARE = 6  # slots kept free so that fresh hits can be pushed before stale ones are dropped
COMMAND_SLOTS = 4096
PLAYED_SLOTS = 4096
HEARD_SLOTS = 32  # hits just heard; of these the last 8 can be frozen, while others sound
TAKE_SLOTS = 4096  # commands obeyed between two looks of who writes them down
SOUND_SLOTS = 192  # hits made to order: 12 s of 16 a second, 28 MB of hits of 0.76 s
TAP_FRAMES = 1 << 19  # 10.9 s at 48 kHz: the recorder's disk may stall that long
MAX_BLOCK = 8192


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must lie between {low} and {high}")
