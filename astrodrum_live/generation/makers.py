"""Makers of hits: a model that invents them, or its frozen bank; pure functions of seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from astrodrum_live.generation.frozen_pads import FrozenPad, load_pad
from astrodrum_live.generation.homes import Homes
from astrodrum_live.generation.placing import Placing
from astrodrum_live.generation.postprocess import post_process, resample
from astrodrum_live.generation.seeds import hit_seed
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import layer_of
from astrodrum_live.model.bank import Bank, load_bank
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.model.dynamics import NEUTRAL
from astrodrum_live.model.player import Model, load_model
from astrodrum_live.params import PAD_INDEX

CACHED = 1024  # processed frozen hits kept: 16 pads with 8 each, at a few settings

_SEED = PAD_INDEX["seed"]
_RADIUS = PAD_INDEX["radius"]


class Request(NamedTuple):
    """One hit to make: hit ``number`` of ``pad``, for a stroke of ``velocity`` 0..1, of another
    session than the maker's if one is told; or the very hit of a ``seed``."""

    pad: int
    number: int
    velocity: float = NEUTRAL
    session: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A hit ready to push: float32 (n,) at the engine's rate; None where it came out broken."""

    audio: np.ndarray | None
    seed: int


class Maker(Protocol):
    """``make`` turns requests into hits; ``values`` (pads, rows) are the pads' parameters."""

    kind: str

    def make(self, requests: list[Request], values: np.ndarray) -> list[Made]:
        """One ``Made`` per request, in order."""


class ModelMaker:
    """Hits invented by a model. Thread: one."""

    kind = "model"

    def __init__(self, sounds: Sounds, rate: int, session: int, device: str = "cpu") -> None:
        self._model: Model = load_model(sounds.model, device)
        self.take(sounds)
        self._rate = rate
        self._session = session

    def take(self, sounds: Sounds) -> None:
        """Make hits for another kit of the same model. Errors: ``SoundsError``."""
        card = self._model.card
        homes = Homes(card.prior, sounds, card.config.classes)
        self._placing = Placing(card.prior, card.knobs, homes)

    def plays(self, sounds: Sounds) -> bool:
        """Whether the kit's model is the one that is loaded, and unchanged on disk."""
        card = self._model.card
        return sounds.model == card.folder and read_card(sounds.model).hash == card.hash

    @property
    def sample_rate(self) -> int:
        """The model's own rate, Hz."""
        return self._model.config.sample_rate

    @property
    def hash(self) -> str:
        """The model's name in provenance: 12 hex digits."""
        return self._model.hash

    def raw(self, requests: list[Request], values: np.ndarray) -> tuple[np.ndarray, list[int]]:
        """Hits as the model makes them, (n, slice_len) at its own rate, and their seeds."""
        seeds = [self._seed(request, values[request.pad]) for request in requests]
        placed = [
            self._placing.placed(request.pad, values[request.pad], request.velocity, seed)
            for request, seed in zip(requests, seeds, strict=True)
        ]
        mixes, latents = zip(*placed, strict=True) if placed else ((), ())
        audio = self._model.generate(
            np.stack(latents), np.stack(mixes), np.array(seeds, dtype=np.uint64)
        )
        return audio, seeds

    def make(self, requests: list[Request], values: np.ndarray) -> list[Made]:
        audio, seeds = self.raw(requests, values)
        rate = self._model.config.sample_rate
        return [
            Made(post_process(hit, rate, self._rate, _named(values[request.pad])), seed)
            for hit, seed, request in zip(audio, seeds, requests, strict=True)
        ]

    def _seed(self, request: Request, row: np.ndarray) -> int:
        if request.seed is not None:
            return request.seed
        session = self._session if request.session is None else request.session
        return _seed_of(row, session, request.number)


class FrozenMaker:
    """Frozen hits in turn: a pad's own where there are some, else its class's, from the model's
    bank. No torch, no waiting, less variety. Thread: one."""

    kind = "frozen"

    def __init__(self, sounds: Sounds, rate: int, session: int) -> None:
        self._bank: Bank = load_bank(sounds.model)
        sounds.mixes(self._bank.classes)  # all are there
        self._sounds = sounds
        self._rate = rate
        self._session = session
        self._pads: dict[str, FrozenPad | None] = {}
        self._ready: dict[tuple, np.ndarray | None] = {}

    @property
    def hash(self) -> str:
        """The name in provenance of the model that the hits were frozen from: 12 hex digits."""
        return self._bank.hash

    def make(self, requests: list[Request], values: np.ndarray) -> list[Made]:
        return [self._one(request, values[request.pad]) for request in requests]

    def _one(self, request: Request, row: np.ndarray) -> Made:
        pad, repeats = request.pad, row[_RADIUS] == 0
        session = self._session if request.session is None else request.session
        turn = _seed_of(row, session, 0) + (0 if repeats else request.number)
        key = self._sounds.key(pad, self._bank.hash, row)
        if key not in self._pads:
            self._pads[key] = load_pad(self._sounds.model, key)
        own = self._pads[key]
        if own is not None:
            fitting = own.of(layer_of(request.velocity))
            index = _index(own.seeds, fitting, request.seed, turn)
        if own is not None and index is not None:
            return Made(self._resampled(own, key, index), int(own.seeds[index]))
        mix = self._sounds.nearer_mix(pad, row)
        label = int(self._sounds.weights(mix, self._bank.classes).argmax())
        seeds = self._bank.seeds[label]
        index = _index(seeds, range(len(seeds)), request.seed, turn)
        if index is None:
            return Made(None, request.seed or 0)
        seed = int(self._bank.seeds[label, index])
        return Made(self._processed(self._bank.audio[label, index], seed, _named(row)), seed)

    def _resampled(self, pad: FrozenPad, key: str, index: int) -> np.ndarray | None:
        """A pad's own hit has been through its filters."""
        audio = pad.audio[index].astype(np.float32) / 32768.0
        return self._once((key, index), lambda: resample(audio, pad.rate, self._rate))

    def _processed(self, hit: np.ndarray, seed: int, named: dict[str, float]) -> np.ndarray | None:
        """A class's hit goes through the filters once for every setting of them."""
        audio = hit.astype(np.float32) / 32768.0
        return self._once(
            (seed, *named.values()),
            lambda: post_process(audio, self._bank.sample_rate, self._rate, named),
        )

    def _once(self, key: tuple, make: Callable[[], np.ndarray | None]) -> np.ndarray | None:
        if key not in self._ready:
            if len(self._ready) > CACHED:
                self._ready.clear()
            self._ready[key] = make()
        return self._ready[key]


def _index(seeds: np.ndarray, among: Sequence[int], seed: int | None, turn: int) -> int | None:
    """Which frozen hit is meant: the one of ``seed``, None where it is not there; or in turn."""
    if seed is None:
        return among[turn % len(among)]
    return next((index for index in among if int(seeds[index]) == seed), None)


def _seed_of(row: np.ndarray, session: int, number: int) -> int:
    """A hit's seed. At radius 0 a pad is a machine: one hit, whatever its number and session."""
    if row[_RADIUS] == 0:
        session = number = 0
    return hit_seed(int(row[_SEED]), session, number)


def _named(row: np.ndarray) -> dict[str, float]:
    return {name: float(row[PAD_INDEX[name]]) for name in _POST_ROWS}


_POST_ROWS = ("lowpass", "lowpass_order", "average", "tail", "level")
