"""The ear: it learns the classes before a run begins, stays as it was, and tells hits apart."""

import signal
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import RATE, hat, kick, tiny_recipe

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.ears import Ear, teach_ear
from astrodrum_live.training.energy import EnergyObjective
from astrodrum_live.training.recipe import EarSettings, Recipe, RecipeError, parse_recipe
from astrodrum_live.training.train import Trainer

FRAMES = 16384
SETTINGS = EarSettings(weight=0.5, steps=50, batch=8)


def strokes(step: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Hats and kicks in turns, no two alike."""
    waves, random = np.zeros((count, FRAMES), np.float32), np.random.RandomState(step)
    for i in range(count):
        wave = hat(step * count + i) if i % 2 == 0 else kick(random.randint(40))
        waves[i, : min(len(wave), FRAMES)] = wave[:FRAMES]
    return waves, np.arange(count) % 2


@pytest.fixture(scope="module")
def taught() -> Ear:
    torch.manual_seed(0)
    ear = Ear(2, RATE)
    assert teach_ear(ear, strokes, SETTINGS, torch.device("cpu")) > 0.8
    return ear


def hits_of(step: int) -> tuple[torch.Tensor, torch.Tensor]:
    waves = torch.from_numpy(strokes(step, 8)[0])
    return waves[0::2], waves[1::2]


def test_it_tells_hits_it_never_heard(taught: Ear) -> None:
    waves, label = strokes(99, 8)
    assert taught.scores(torch.from_numpy(waves)).argmax(1).tolist() == label.tolist()


def test_a_hit_is_no_distance_from_itself_and_about_one_from_a_stranger(taught: Ear) -> None:
    hats, kicks = hits_of(50)
    assert taught.energy(hats, hats, hats).max() < 0.01
    apart = taught.distance(taught(hats), taught(kicks))
    assert apart.min() > 0.5
    assert apart.max() < 4.0


def test_fresh_noise_of_the_same_kind_scores_better_than_a_frozen_one(taught: Ear) -> None:
    """What makes it a proper score: two draws that are alike gain nothing by being alike."""
    x, y1, y2 = (hits_of(step)[0] for step in (60, 61, 62))
    assert taught.energy(x, y1, y2).mean() < 0.7 * taught.energy(x, y1, y1).mean()


def test_level_is_not_heard(taught: Ear) -> None:
    hats, _ = hits_of(70)
    assert taught.energy(hats, 0.25 * hats, 0.25 * hats).max() < 0.01


def with_ears(steps: int = 6) -> Recipe:
    return replace(
        tiny_recipe("live", steps), ears=EarSettings(weight=0.5, steps=2, count=2, batch=4)
    )


def state_of(trainer: Trainer, name: str) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in trainer.objective.modules()[name].state_dict().items()}


def alike(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[key], b[key]) for key in a)


def test_a_run_teaches_it_first_and_leaves_it_as_it_is(hits: HitSet, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    trainer = Trainer(hits, with_ears(), tmp_path, teaching=lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert "the ears call" in trainer.remarks[-1]
    before, nets = state_of(trainer, "ears"), state_of(trainer, "nets")
    seen: list[dict[str, float]] = []
    trainer.run(until=2, listener=lambda progress: seen.append(progress.scalars))
    assert alike(before, state_of(trainer, "ears"))
    assert not alike(nets, state_of(trainer, "nets"))
    assert all(scalars["ears"] > 0 for scalars in seen)


def test_a_run_that_goes_on_has_its_ear_and_comes_to_the_same_bits(
    hits: HitSet, tmp_path: Path
) -> None:
    through = Trainer(hits, with_ears(), tmp_path / "through")
    through.run()
    Trainer(hits, with_ears(), tmp_path / "broken").run(until=3)
    told: list[tuple[int, int]] = []
    again = Trainer(hits, with_ears(), tmp_path / "broken", teaching=lambda *d: told.append(d))
    assert not told
    again.run()
    for name in ("ears", "nets", "averaged"):
        assert alike(state_of(through, name), state_of(again, name))


def test_its_lessons_count_among_the_minutes_of_which_they_may_take_a_quarter(
    hits: HitSet, tmp_path: Path, monkeypatch
) -> None:
    clock = count(step=60.0)  # every look at it takes a minute
    monkeypatch.setattr("astrodrum_live.training.train.time.monotonic", lambda: float(next(clock)))
    told: list[tuple[int, int]] = []
    trainer = Trainer(
        hits, with_ears(), tmp_path, teaching=lambda *done: told.append(done), minutes=9.0
    )
    assert told == [(1, 4), (2, 4)]  # looked at after one, two and three minutes
    assert trainer.seconds == 4 * 60.0
    trainer.run(minutes=9.0)
    assert trainer.step == 6


def test_a_signal_ends_its_lessons_and_nothing_is_kept(hits: HitSet, tmp_path: Path) -> None:
    def stop(*done: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(hits, with_ears(), tmp_path / "run", teaching=stop)
    assert not list((tmp_path / "run").iterdir())
    told: list[tuple[int, int]] = []
    Trainer(hits, with_ears(), tmp_path / "run", teaching=lambda *done: told.append(done))
    assert told[-1] == (4, 4)


def test_a_short_run_has_few_lessons(hits: HitSet, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    Trainer(hits, with_ears(steps=1), tmp_path, teaching=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]  # one for each of both


def test_of_one_class_there_is_nothing_to_learn_and_no_ear() -> None:
    objective = EnergyObjective(
        ModelConfig.from_dict(with_ears().model | {"classes": ["kick"]}),
        with_ears(),
        torch.device("cpu"),
    )
    assert "ears" not in objective.modules()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("weight = -1.0\nsteps = 5", "weight must be 0 or more"),
        ("weight = 1.0\nsteps = 0", "steps and count at least 1"),
        ("weight = 1.0\nsteps = 5\ncount = 0", "count at least 1"),
        ("weight = 1.0\nsteps = 5\nbatch = 1", "batch at least 2"),
        ("weight = 1.0\nsteps = 5\nlearning_rate = 0.0", "must be above 0"),
        ("weight = 1.0\nsteps = 5\nears = 2", "unknown key 'ears'"),
    ],
)
def test_a_recipe_that_asks_for_an_impossible_ear_is_refused(line: str, told: str) -> None:
    text = """
objective = "energy"
[model]
kind = "live"
[training]
steps = 1
batch = 1
learning_rate = 1.0
final_rate = 1.0
betas = [0.5, 0.5]
ema = 0.0
low_precision = false
[energy]
ffts = [256]
ffts_per_step = 1
kl_weight = 0.0
[ears]
"""
    with pytest.raises(RecipeError, match=told):
        parse_recipe(text + line, "mine.toml")
