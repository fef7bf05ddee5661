"""Frozen hits: a small bank a model made once, playable before torch is even imported."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from astrodrum_live.model.checkpoint import ModelError, replace_file
from astrodrum_live.model.edges import ONSET_DB, ONSET_FRAMES, PEAK
from astrodrum_live.model.npz import read_npz

if TYPE_CHECKING:
    from astrodrum_live.model.player import Model

BANK = "bank.npz"
MOST_BYTES = 64 << 20  # 32 hits of each of 16 classes have 17 MB
FADE_S = 0.005
PROMPT_S = 0.001
TRIED = 4  # seeds for each hit of a bank, at most

_Frozen = tuple[np.ndarray, int, np.ndarray]  # samples, seed, latent

_DAMAGE = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Bank:
    """``audio``: int16 (classes, n, frames), ready to play: onset within 0.5 ms of the start, no
    DC, faded tail, peak -1 dBFS. ``seeds``: uint64 (classes, n), of latent and noise alike.
    ``latents``: float32 (classes, n, D). ``hash``: of the model that made it.
    """

    classes: tuple[str, ...]
    sample_rate: int
    audio: np.ndarray
    seeds: np.ndarray
    latents: np.ndarray
    hash: str


def make_bank(model: "Model", per_class: int, seed: int) -> Bank:
    """``per_class`` hits of every class, class c's of the seeds from ``seed + 1000 c`` on.

    One that swells, as a softly closed hat does, gives way to the next, as long as there are some:
    these are the first hits that anybody hears of a kit.
    """
    classes = model.config.classes
    audio, seeds, latents = [], [], []
    for label in range(len(classes)):
        kept: list[_Frozen] = []
        swelling: list[_Frozen] = []
        for own in range(seed + 1000 * label, seed + 1000 * label + TRIED * per_class):
            hit = _frozen(model, label, own)
            (kept if is_prompt(hit[0], model.config.sample_rate) else swelling).append(hit)
            if len(kept) == per_class:
                break
        kept = sorted((kept + swelling)[:per_class], key=lambda hit: hit[1])
        audio.append([sound for sound, _, _ in kept])
        seeds.append([own for _, own, _ in kept])
        latents.append([z for _, _, z in kept])
    return Bank(
        classes, model.config.sample_rate, np.array(audio, dtype=np.int16),
        np.array(seeds, dtype=np.uint64), np.array(latents, dtype=np.float32), model.hash,
    )  # fmt: skip


def is_prompt(sound: np.ndarray, sample_rate: int) -> bool:
    """Whether a hit (frames,) that is ready to play is heard within a millisecond: is over
    ``ONSET_DB`` under its peak by then."""
    level = np.abs(sound.astype(np.float64))
    return bool(np.argmax(level > level.max() * 10 ** (ONSET_DB / 20)) <= PROMPT_S * sample_rate)


def _frozen(model: "Model", label: int, seed: int) -> _Frozen:
    z = model.prior.sample(label, seed)
    mix = np.eye(len(model.config.classes), dtype=np.float32)[label]
    (wave,) = model.generate(z[None], mix[None], np.array([seed], dtype=np.uint64))
    return ready(wave, model.config.sample_rate), seed, z


def ready(wave: np.ndarray, sample_rate: int) -> np.ndarray:
    """A raw hit (frames,) made ready to play: int16 of the same length."""
    wave = np.nan_to_num(wave.astype(np.float64))
    level = np.abs(wave - np.median(wave))
    if level.max() < 1e-6:
        return np.zeros(len(wave), dtype=np.int16)
    onset = int(np.argmax(level > level.max() * 10 ** (ONSET_DB / 20)))
    start = max(0, onset - ONSET_FRAMES)
    sound = wave[start:] - wave[start:].mean()
    wave = np.concatenate([sound, np.zeros(start)])
    sounding = len(wave) - start
    fade = min(int(FADE_S * sample_rate), sounding)
    wave[sounding - fade : sounding] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
    wave[:ONSET_FRAMES] *= np.linspace(0, 1, min(ONSET_FRAMES, len(wave)))
    wave *= PEAK / np.abs(wave).max()
    return np.round(wave * 32767).astype(np.int16)


def save_bank(folder: Path, bank: Bank) -> None:
    """Write ``folder/bank.npz``, uncompressed: it is there in milliseconds."""
    told = {"classes": list(bank.classes), "sample_rate": bank.sample_rate, "hash": bank.hash}
    out = io.BytesIO()
    written = np.array(json.dumps(told))
    np.savez(out, audio=bank.audio, seeds=bank.seeds, latents=bank.latents, told=written)
    replace_file(folder / BANK, out.getvalue())


def load_bank(folder: str | Path) -> Bank:
    """The bank of the model in ``folder``; needs numpy alone.

    Errors: ``ModelError`` where it is missing, cut short or not a bank.
    """
    path = Path(folder) / BANK
    remedy = "copy the folder again, or train the model anew with 'astrodrum train'"
    try:
        stored = read_npz(path, MOST_BYTES)
        told = json.loads(str(stored["told"]))
        audio, seeds, latents = stored["audio"], stored["seeds"], stored["latents"]
        classes = tuple(str(name) for name in told["classes"])
        bank = Bank(
            classes, int(told["sample_rate"]), audio, seeds, latents, str(told["hash"])
        )  # fmt: skip
    except _DAMAGE as error:
        raise ModelError(f"{path}: cannot be read as a bank ({error}); {remedy}") from error
    if audio.dtype != np.int16 or audio.ndim != 3 or len(audio) != len(bank.classes):
        raise ModelError(f"{path}: its hits are {audio.dtype} {audio.shape}; {remedy}")
    of_all = audio.shape[:2]
    if seeds.shape != of_all or latents.shape[:2] != of_all or 0 in audio.shape:
        raise ModelError(f"{path}: it does not tell what its hits were made from; {remedy}")
    if not 8000 <= bank.sample_rate <= 192000 or seeds.dtype != np.uint64:
        raise ModelError(f"{path}: no hits are of {bank.sample_rate} Hz; {remedy}")
    return bank
