"""``tools/ship_model.py``: names that follow, and steps that are not done twice."""

import importlib.util
import json
from argparse import Namespace
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "tools" / "ship_model.py"


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    spec = importlib.util.spec_from_file_location("ship_model", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    choice = tmp_path / "astrodrum_live" / "choice.py"
    choice.parent.mkdir()
    choice.write_text('DEFAULT_MODEL = "brushes-1"\n')
    (tmp_path / "README.md").write_text("play models/brushes-1, not brushes-1b nor my-brushes-1\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "CHOICE", choice)
    return module


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "mine"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    (folder / "CARD.md").write_text("# mine\n\nA card.\n")
    return folder


def on_its_way(tool, run: Path, *again: str):
    return tool.Shipping(Namespace(run=run, name="brushes-2", again=list(again)))


def test_the_tree_names_the_new_model_and_no_other_name_changes(tool, run, tmp_path) -> None:
    told = tool.names(on_its_way(tool, run))
    assert "README.md" in told
    text = (tmp_path / "README.md").read_text()
    assert text == "play models/brushes-2, not brushes-1b nor my-brushes-1\n"
    assert tool.CHOICE.read_text() == 'DEFAULT_MODEL = "brushes-2"\n'
    assert "already" in tool.names(on_its_way(tool, run))


def test_what_is_done_is_not_done_again_until_asked_or_the_run_is_another(
    tool, run, monkeypatch, tmp_path
) -> None:
    done = []

    def broken(shipping):
        done.append("second")
        raise SystemExit("no")

    steps = {"copy": tool.copy, "first": lambda s: done.append("first") or "", "second": broken}
    monkeypatch.setattr(tool, "STEPS", steps)
    for _ in range(2):
        with pytest.raises(SystemExit):
            tool.ship(on_its_way(tool, run))
    assert done == ["first", "second", "second"]
    folder = tmp_path / "models" / "brushes-2"
    assert (folder / "CARD.md").read_text() == "# brushes-2\n\nA card.\n"
    assert json.loads((folder / tool.NOTE).read_text())["done"] == ["copy", "first"]
    assert on_its_way(tool, run, "first").done == ["copy"]
    (run / "weights.safetensors").write_bytes(b"others")
    assert on_its_way(tool, run).done == []
    (run / "weights.safetensors").write_bytes(b"weights")
    steps["second"] = lambda s: "done"
    tool.ship(on_its_way(tool, run))
    assert not (folder / tool.NOTE).exists()
