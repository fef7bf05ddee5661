"""``log.jsonl``: one line of means for every few steps, and one for every validation."""

import json
import math
from pathlib import Path

import numpy as np

LOG = "log.jsonl"


class RunLog:
    """The log of a run, open for more; used as a context. ``writes``: False keeps no file."""

    def __init__(self, folder: Path, writes: bool = True) -> None:
        self.path, self.writes = folder / LOG, writes

    def __enter__(self) -> "RunLog":
        self._file = self.path.open("a", encoding="utf-8") if self.writes else None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, step: int, seconds: float, values: dict[str, float]) -> None:
        """Add a line. ``seconds``: trained so far."""
        if self._file:
            line = {"step": step, "seconds": round(seconds, 1)}
            line |= {key: round(value, 5) for key, value in values.items()}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


def means(window: list[dict[str, float]]) -> dict[str, float]:
    """Each scalar's mean over some steps."""
    return {key: float(np.mean([one[key] for one in window])) for key in window[0]}


def trim(folder: Path, step: int) -> None:
    """Drop lines past ``step``, whose steps will be taken again, and what is no line of a log."""
    path = folder / LOG
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    kept = [line for line in lines if _step(line) <= step]
    path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def _step(line: str) -> float:
    """The step of a line; infinity for a line that is cut or damaged."""
    try:
        step = json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return math.inf
    return step if isinstance(step, int) else math.inf
