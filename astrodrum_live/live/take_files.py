"""A performance file to WAV files: the mix, and one for each pad."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.generation.device_choice import GENERATORS
from astrodrum_live.live.performance import Take
from astrodrum_live.live.replay import Replay
from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.places import shipped_folder
from astrodrum_live.whole_file import whole_wav

Progress = Callable[[int], None]
BLOCK = 256
FULL_SCALE = 2**23 - 1  # what libsndfile makes of 1.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written. ``different``: hits that did not come out to the bit, of ``sounds``."""

    files: list[Path]
    frames: int
    sounds: int
    different: int


def write_mix(
    take: Take, out: Path, generator: str | None, progress: Progress, stopped: Callable[[], bool],
    block: int = BLOCK,
) -> Rendered:  # fmt: skip
    """Render ``take`` to ``out`` (24 bit), until its end or ``stopped``; ``generator``: of torch's
    devices, None for that of the take. Errors: ``ModelError``, ``OSError``."""
    replay = open_replay(take, generator, block)
    try:
        with whole_wav(out, take.config.rate) as file:
            done = _write(replay.render(progress), [file], stopped)
        return Rendered([out], done, len(take.sounds), len(replay.different))
    finally:
        replay.close()


def write_stems(
    take: Take, folder: Path, generator: str | None, progress: Progress,
    stopped: Callable[[], bool],
) -> Rendered:  # fmt: skip
    """Render each pad of ``take`` that has one to ``folder/NAME.wav`` (24 bit), all of one length.

    A pad's name is that of the last kit that has it. Errors: ``ModelError``, ``OSError``.
    """
    names = stem_names(take)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.wav" for name in names]
    replay = open_replay(take, generator)
    try:
        with ExitStack() as stack:
            open_files = [stack.enter_context(whole_wav(path, take.config.rate)) for path in files]
            pieces = (in_whole(piece[: len(files)]) for piece in replay.render_stems(progress))
            done = _write(pieces, open_files, stopped)
        return Rendered(files, done, len(take.sounds), len(replay.different))
    finally:
        replay.close()


def stem_names(take: Take) -> list[str]:
    """A file name for each pad, in order: its name, as far as a file can be called so."""
    names: list[str] = []
    for number in sorted(take.names):
        own = take.names[number]
        names = own + names[len(own) :]
    plain = ["".join(c if c.isalnum() or c in "-_" else "_" for c in name) for name in names]
    return [
        f"{pad:02d}_{name}" if plain.count(name) > 1 else name for pad, name in enumerate(plain)
    ]


def in_whole(stems: np.ndarray) -> np.ndarray:
    """Stems (pads, n, 2) as the 24 upper bits of int32, which add up to their rounded sum: were
    each rounded by itself, sixteen would be 8 steps off together."""
    sums = np.rint(np.cumsum(stems.astype(np.float64) * FULL_SCALE, axis=0))
    steps = np.clip(np.diff(sums, axis=0, prepend=0.0), -FULL_SCALE, FULL_SCALE)
    return steps.astype(np.int32) << 8


def open_replay(take: Take, generator: str | None, block: int = BLOCK) -> Replay:
    """A replay with the models of the take, by path or else by name in ``models/``."""
    for number, sounds in take.kits.items():
        if not sounds.model.is_dir():
            shipped = shipped_folder("models") / sounds.model.name
            if not shipped.is_dir():
                raise ModelError(f"there is no model at {sounds.model}; put it back, or copy it")
            take.kits[number] = type(sounds)(shipped, sounds.pads, sounds.rows, sounds.latents)
    device = generator or take.generator
    known = device in GENERATORS and device != "frozen"  # which hits were frozen, the take knows
    return Replay(take, device if known else "cpu", block)


def _write(pieces: Iterator[np.ndarray], files: Iterable, stopped: Callable[[], bool]) -> int:
    """Frames written to ``files``: of pieces (n, 2) to one, of (files, n, 2) to each its own."""
    done = 0
    for piece in pieces:
        own = piece if piece.ndim == 3 else piece[None]
        for file, part in zip(files, own, strict=True):
            file.write(part)
        done += own.shape[1]
        if stopped():
            break
    return done
