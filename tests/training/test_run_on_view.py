"""What a person sees of a run: lines in a log, sheets, TensorBoard; and a word where one lacks."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_runs import tiny_recipe, tiny_validation

from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.listener import Listener
from astrodrum_live.training.preview import Previews
from astrodrum_live.training.train import Progress, Trainer


class Console:
    is_terminal = False

    def __init__(self) -> None:
        self.lines: list[str] = []

    def print(self, *objects: object) -> None:
        self.lines.append(" ".join(map(str, objects)))


class Board:
    """Stands for TensorBoard's writer."""

    def __init__(self) -> None:
        self.given: list[tuple] = []

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        self.given.append(("scalar", tag, step))

    def add_audio(self, tag: str, wave: object, step: int, rate: int) -> None:
        assert wave.shape[0] == 1
        assert wave.shape[1] % 16384 == 0
        self.given.append(("audio", tag, step))

    def add_image(self, tag: str, picture: np.ndarray, step: int, dataformats: str) -> None:
        assert picture.shape[2] == 3
        self.given.append(("image", tag, step))

    def close(self) -> None:
        pass


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    board = Board()
    monkeypatch.setattr("astrodrum_live.training.listener.open_board", lambda folder: board)
    return board


def test_a_log_gets_a_line_a_minute_with_the_time_left(
    hits: HitSet, tmp_path: Path, board: Board
) -> None:
    now, console = [1000.0], Console()
    trainer = Trainer(hits, tiny_recipe("live"), tmp_path)
    with Listener(tmp_path, trainer, console, clock=lambda: now[0]) as listener:
        listener.previews.take = lambda step, best: None
        for step in range(1, 181):  # a step a second, three minutes
            now[0] += 1
            loss = 0.5 if step == 50 else None
            listener(Progress(step, 180, step, 180 - step, {"distance": 1.25}, loss))
    assert console.lines == [
        "step 1 of 180, 0:02:59 left: distance 1.250",
        "step 61 of 180, 0:01:59 left: distance 1.250  validation 0.500",
        "step 121 of 180, 0:00:59 left: distance 1.250  validation 0.500",
        "step 180 of 180, 0:00:00 left: distance 1.250  validation 0.500",
    ]
    assert ("scalar", "distance", 25) in board.given
    assert ("scalar", "validation", 50) in board.given


@pytest.mark.parametrize("name", ["live", "wavegan"])
def test_a_validation_leaves_a_sheet_and_clips(
    name: str, hits: HitSet, tmp_path: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astrodrum_live.training.listener.PREVIEW_SECONDS", 0.0)
    trainer = Trainer(hits, tiny_validation(tiny_recipe(name), every=1), tmp_path)
    trainer.validate = lambda networks: float(trainer.step)  # the first is the best
    with Listener(tmp_path, trainer, Console()) as listener:
        trainer.run(until=2, listener=listener)
    sheets = {path.name: path.read_bytes() for path in (tmp_path / "sheets").iterdir()}
    assert set(sheets) == {"step-00000001.png", "step-00000002.png", "best.png"}
    assert sheets["best.png"] == sheets["step-00000001.png"] != sheets["step-00000002.png"]
    assert sheets["best.png"][:8] == b"\x89PNG\r\n\x1a\n"
    for given in (("image", "sheet", 2), ("audio", "kick", 2), ("audio", "hat", 1)):
        assert given in board.given


def test_only_the_last_sheets_and_the_best_are_kept(
    hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "astrodrum_live.training.preview.draw_sheet", lambda path, *_: path.write_text(path.name)
    )
    previews = Previews(tmp_path, Trainer(hits, tiny_recipe("live"), tmp_path), None, Console())
    for step in range(1, 8):
        previews.take(step, best=step == 2)
    kept = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert kept == ["best.png", *(f"step-0000000{i}.png" for i in (4, 5, 6, 7))]
    assert (tmp_path / "sheets" / "best.png").read_text() == "step-00000002.png"


def test_what_is_not_installed_is_said_once(
    hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("matplotlib", "matplotlib.figure", "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)
    console = Console()
    trainer = Trainer(hits, tiny_validation(tiny_recipe("live"), every=1), tmp_path)
    with Listener(tmp_path, trainer, console) as listener:
        trainer.run(until=2, listener=listener)
    assert sum("TensorBoard" in line for line in console.lines) == 1
    assert sum("matplotlib" in line for line in console.lines) == 1
    assert not (tmp_path / "sheets").exists()


def test_a_single_sample_trains_without_validation(hits: HitSet, tmp_path: Path) -> None:
    one = np.array([0])
    single = replace(
        hits, classes=("キック",), audio=hits.audio[one], label=hits.label[one] * 0,
        weight=np.ones(1), held_out=np.zeros(1, dtype=bool), drums=("d",), files=("f",),
    )  # fmt: skip
    trainer = Trainer(single, tiny_recipe("live"), tmp_path)
    with Listener(tmp_path, trainer, Console()) as listener:
        trainer.run(until=1, listener=listener)
        listener.previews.take(1, best=False)
    assert trainer.validate is None
    assert (tmp_path / "sheets" / "step-00000001.png").exists()
    assert np.isfinite(trainer.prior().sample(0, 1)).all()
