"""The performance file: JSON lines that hold what it takes to make a take's audio again.

First the settings; then, each before it is first needed, kits, rows of values and sounds; and every
command as the callback obeyed it, with its frame and, for hits, the sound that it played; at last
the length. A file that was cut off is read as far as it goes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.generation.origin import MAKERS, Source
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.command_words import command_of
from astrodrum_live.params import MAX_PADS, PAD_INDEX, PAD_PARAMS

MOST_FRAMES = 1 << 32  # a day at 48 kHz
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
FORMAT, VERSION = "astrodrum-performance", 1
SUFFIX = ".performance.jsonl"


class PerformanceError(ValueError):
    """A file that cannot be rendered; ``file:line: what, and the remedy``."""


@dataclass(frozen=True, slots=True)
class Obeyed:
    """A ``COMMAND`` as it was obeyed at ``frame``; ``sound``: which a hit played, None for none."""

    frame: int
    command: np.void
    sound: int | None


@dataclass(slots=True)
class Take:
    """``names``: for each kit those of its pads; ``hashes``: of its model; ``frames``: the length,
    None where the file does not tell."""

    config: EngineConfig
    generator: str
    threads: int | None
    kits: dict[int, Sounds] = field(default_factory=dict)
    names: dict[int, list[str]] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    rows: dict[int, np.ndarray] = field(default_factory=dict)
    sounds: dict[int, Source] = field(default_factory=dict)
    obeyed: list[Obeyed] = field(default_factory=list)
    frames: int | None = None


def performance_path(recording: Path) -> Path:
    """Where the performance of a recording is written: ``take.performance.jsonl``."""
    return recording.with_name(recording.stem + SUFFIX)


def read_take(path: Path) -> Take:
    """Errors: ``PerformanceError`` naming the line, ``OSError``."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        raise PerformanceError(f"{path} is no performance file: it is not text") from None
    lines.pop()  # what follows the last end of a line: nothing, or a line that was cut off
    take: Take | None = None
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            if take is None:
                take = _begun(line)
            else:
                _add(take, line)
        except _DAMAGE as error:
            why = error.args[0] if error.args else type(error).__name__
            raise PerformanceError(f"{path}:{number}: {why}; record it again") from None
    if take is None:
        raise PerformanceError(f"{path} holds no performance; 'play --record' writes them")
    return take


def _begun(line: Mapping[str, Any]) -> Take:
    if not isinstance(line, dict) or line.get("format") != FORMAT:
        raise ValueError("this is no performance file of astrodrum")
    if line["version"] != VERSION:
        raise ValueError(f"this is version {line['version']} of the format, and {VERSION} is known")
    config = EngineConfig(
        rate=int(line["rate"]), voices=int(line["voices"]), hit_seconds=float(line["hit_seconds"])
    )
    return Take(config, str(line["generator"]), line.get("threads"))


def _add(take: Take, line: Mapping[str, Any]) -> None:
    if "frame" in line:
        _add_command(take, line)
    elif "sound" in line:
        take.sounds[int(line["sound"])] = _source(take, line)
    elif "row" in line:
        take.rows[int(line["row"])] = _row(line["values"])
    elif "kit" in line:
        number = int(line["kit"])
        take.kits[number] = _sounds(line)
        take.names[number] = [str(name) for name in line["names"]]
        take.hashes[number] = str(line["hash"])
    else:
        take.frames = _whole(line, "end", MOST_FRAMES)


def _add_command(take: Take, line: Mapping[str, Any]) -> None:
    frame, sound = _whole(line, "frame", MOST_FRAMES), line.get("sound")
    if frame < (take.obeyed[-1].frame if take.obeyed else 0):
        raise ValueError(f"frame {frame} comes after a later one")
    if sound is not None and sound not in take.sounds:
        raise ValueError(f"there is no sound {sound} before this line")
    take.obeyed.append(Obeyed(frame, command_of(line), sound))


def _source(take: Take, line: Mapping[str, Any]) -> Source:
    kit, pad, rate = int(line["kit"]), int(line["pad"]), float(line["rate"])
    known = line["by"] in MAKERS and kit in take.kits
    if not known or not 0 <= pad < MAX_PADS or not 0 < rate < 1e6:
        raise ValueError(f"sound {line['sound']} is of nobody, or of no kit or pad")
    row = take.rows[line["of"]]
    seed, check = _whole(line, "seed", 1 << 64, 16), _whole(line, "check", 1 << 32, 16)
    return Source(line["by"], kit, pad, seed, float(line["made_for"]), row, rate, check)


def _whole(line: Mapping[str, Any], key: str, end: int, base: int = 10) -> int:
    told = line[key]
    number = int(told, base) if isinstance(told, str) else int(told)
    if not 0 <= number < end:
        raise ValueError(f"{key} {str(told)[:40]} is not a whole number from 0 to below {end}")
    return number


def _sounds(line: Mapping[str, Any]) -> Sounds:
    sounds = Sounds.from_message({**line, "rows": []})
    numbers = [weight for mix in sounds.pads for weight in mix.values()]
    numbers += [number for latent in sounds.latents for number in latent]
    if max(len(line["names"]), len(sounds.pads)) > MAX_PADS:
        raise ValueError(f"a kit has at most {MAX_PADS} pads")
    if sounds.latents and len(sounds.latents) != len(sounds.pads):
        raise ValueError("a kit has a latent for each pad, or none")
    if not all(isinstance(number, int | float) and abs(number) < 1e9 for number in numbers):
        raise ValueError("a kit's classes and latents are told in numbers")
    return sounds


def _row(values: Mapping[str, float]) -> np.ndarray:
    row = np.array([param.default for param in PAD_PARAMS])
    for name, value in values.items():
        row[PAD_INDEX[name]] = PAD_PARAMS[PAD_INDEX[name]].clamp(float(value))
    return row
