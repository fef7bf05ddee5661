"""Whatever ends a run, what was saved last is there: a kill in mid-write, a full memory."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.session import Settings, train_model
from astrodrum_live.training.state import load_state, save_state
from astrodrum_live.training.train import Trainer

# Saves step 1; while step 2 is written, the disk "hangs" at the given write of a file.
HANGING = """
import sys
from pathlib import Path
import torch
from astrodrum_live.training import state
folder, stop = Path(sys.argv[1]), int(sys.argv[2])
state.PART_BYTES = 1000
tensors = {"a": torch.arange(600.0)}
state.save_state(folder, 1, tensors, {})
write, count = state.replace_file, 0
def hang(path, blob):
    global count
    if count == stop:
        path.write_bytes(blob[: len(blob) // 2])
        print("writing", flush=True)
        sys.stdin.read()
    count += 1
    write(path, blob)
state.replace_file = hang
state.save_state(folder, 2, {"a": tensors["a"] + 1}, {})
"""


def test_killed_in_mid_write_the_last_state_is_whole(tmp_path: Path) -> None:
    started = {
        stop: subprocess.Popen(
            [sys.executable, "-c", HANGING, str(tmp_path / str(stop)), str(stop)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for stop in (1, 3)  # the second part; the index
    }
    for stop, process in started.items():
        assert process.stdout.readline() == "writing\n"
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        step, tensors, _ = load_state(tmp_path / str(stop))
        assert step == 1
        assert torch.equal(tensors["a"], torch.arange(600.0))
        save_state(tmp_path / str(stop), 2, tensors, {})  # what was left lies in nobody's way
        assert load_state(tmp_path / str(stop))[0] == 2


def test_killed_between_the_old_and_the_new_name_the_new_state_is_read(tmp_path: Path) -> None:
    save_state(tmp_path, 1, {"a": torch.zeros(1)}, {})
    save_state(tmp_path, 2, {"a": torch.ones(1)}, {}).rename(tmp_path / "new-00000002")
    assert load_state(tmp_path)[0] == 2


def settings(drums: Path, tmp_path: Path, batch: int) -> Settings:
    return Settings(
        (drums,),
        tmp_path / "mine",
        "live",
        16384,
        6,
        60.0,
        batch,
        0,
        "cpu",
        1,
        False,
        None,
        0,
        "train",
    )


class Silent:
    is_terminal = False

    def print(self, *objects: object) -> None:
        pass


@pytest.mark.parametrize(
    ("batch", "steps", "remedy"),
    [
        (8, 0, "for a batch of 8 at step 0; use --batch 4."),
        (1, 0, "use a shorter --slice or a smaller recipe"),
        (4, 2, "at step 2; use --batch 2 and --fresh, or free some memory and run the same"),
    ],
)
def test_a_full_memory_names_its_remedy_and_keeps_the_state(
    drums: Path, hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int,
    steps: int, remedy: str,
) -> None:  # fmt: skip
    recipe = tiny_recipe("live").with_training(batch=batch)
    monkeypatch.setattr("astrodrum_live.training.session.load_recipe", lambda _: recipe)
    monkeypatch.setattr("astrodrum_live.training.session.load_hits", lambda *_, **__: hits)
    if steps:
        Trainer(hits, recipe, tmp_path / "mine").run(until=steps)

    def full(*_: object) -> dict[str, float]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr("astrodrum_live.training.energy.EnergyObjective.step", full)
    with pytest.raises(TrainingError, match="not enough memory on cpu") as caught:
        train_model(settings(drums, tmp_path, batch), Silent())
    assert remedy in str(caught.value)
    stored = load_state(tmp_path / "mine" / "state")
    assert (stored[0] if stored else 0) == steps
