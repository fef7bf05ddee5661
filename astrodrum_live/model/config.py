"""What a network is built from: one frozen table, written beside the weights it belongs to."""

from dataclasses import asdict, dataclass, fields
from typing import Any

KINDS = ("wavegan", "live")
UPSAMPLES = ("zeros", "nearest")
SLICE_LENS = (16384, 32768, 65536)


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a generator (and of the critic or encoder trained with it).

    ``kind``: ``wavegan`` is the paper's network, ``live`` the sub-pixel one with shaped noise.
    ``classes``: names in the order of the class mix's columns.
    ``slice_len``: frames in a hit, one of 16384, 32768, 65536.
    ``latent_dim``: length of z. ``dim``: channels of the last hidden layer (wavegan: the
    paper's d). ``kernel_len``: taps of every convolution; in ``live`` they are counted at the
    lower rate, so that 7 there span what 25 span after a stride of 4.
    ``stride``: up-sampling per layer. ``phase_shuffle``: the critic's radius in frames, 0 = off.
    ``style_dim``, ``noise_bands``: ``live`` only: width of the mapping, bands of the noise.
    ``modes``, ``steady_modes``: ``live`` only: sines that ring and glide, that ring at a steady
    pitch; 0 = none.
    ``post_filter``: ``wavegan`` only: taps of the learned filter after the tanh (the paper: 512), 0
    = none. ``upsample``: ``wavegan`` only: ``zeros`` between the steps, or each step repeated
    (``nearest``).
    Errors: ``ValueError`` naming the key, its value and what it may be.
    """

    kind: str
    classes: tuple[str, ...]
    sample_rate: int = 44100
    slice_len: int = 16384
    latent_dim: int = 100
    dim: int = 64
    kernel_len: int = 25
    stride: int = 4
    phase_shuffle: int = 2
    style_dim: int = 128
    noise_bands: int = 40
    modes: int = 40
    steady_modes: int = 0
    post_filter: int = 0
    upsample: str = "zeros"

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, KINDS)
        _one_of("slice_len", self.slice_len, SLICE_LENS)
        _one_of("stride", self.stride, (4,))
        if not isinstance(self.classes, tuple) or not all(
            isinstance(name, str) and name for name in self.classes
        ):
            raise ValueError(f"classes is {self.classes!r}; it must be a list of names")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError(f"classes names one class twice: {', '.join(self.classes)}")
        _between("classes (their number)", len(self.classes), 1, 64)
        _between("sample_rate", self.sample_rate, 8000, 192000)
        _between("latent_dim", self.latent_dim, 1, 1024)
        _between("dim", self.dim, 1, 256)
        _between("kernel_len", self.kernel_len, 3, 65)
        _between("phase_shuffle", self.phase_shuffle, 0, 16)
        _between("style_dim", self.style_dim, 1, 1024)
        _between("noise_bands", self.noise_bands, 1, 128)
        _between("modes", self.modes, 0, 256)
        _between("steady_modes", self.steady_modes, 0, 256)
        _between("post_filter", self.post_filter, 0, 4096)
        _one_of("upsample", self.upsample, UPSAMPLES)
        if self.kernel_len % 2 == 0:
            raise ValueError(f"kernel_len is {self.kernel_len}; it must be odd")

    def to_dict(self) -> dict[str, Any]:
        """The config as JSON-ready values, in the order of the fields."""
        return asdict(self) | {"classes": list(self.classes)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ModelConfig":
        """The config a dict describes; missing keys keep their defaults.

        Errors: ``ValueError`` for an unknown key, a missing ``kind`` or ``classes``, a wrong type
        or a value out of range.
        """
        if not isinstance(values, dict):
            raise ValueError(f"a model config is a table of keys, not {type(values).__name__}")
        known = {field.name: field.type for field in fields(cls)}
        for key, value in values.items():
            if key not in known:
                raise ValueError(f"unknown key '{key}'; known keys are {', '.join(known)}")
            if known[key] is int and (isinstance(value, bool) or not isinstance(value, int)):
                raise ValueError(f"{key} is {value!r}; it must be a whole number")
        for key in ("kind", "classes"):
            if key not in values:
                raise ValueError(f"the key '{key}' is missing")
        if not isinstance(values["classes"], list | tuple):
            raise ValueError(f"classes is {values['classes']!r}; it must be a list of names")
        return cls(**values | {"classes": tuple(values["classes"])})


def _one_of(name: str, value: object, choices: tuple) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it can be {', '.join(map(str, choices))}")


def _between(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must lie between {low} and {high}")
