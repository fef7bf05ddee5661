"""A model folder gets knobs: weights, bank and card tell one story afterwards."""

import shutil
from pathlib import Path

import pytest
from small_knobs import SMALL_REPORT, still_knobs

from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.model.player import load_model
from astrodrum_live.training.equip import equip, knob_section
from astrodrum_live.training.knobs import Search

TEXT = "# mine\n\nHash `{hash}`.\n\n## Scores\n\nGood.\n\n## Notes\n\nMine.\n"


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "mine"))
    (folder / "CARD.md").write_text(TEXT.format(hash=read_card(folder).hash))
    return folder


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "astrodrum_live.training.equip.find_knobs",
        lambda model, *given, **more: (still_knobs(model.config), SMALL_REPORT),
    )


@pytest.mark.usefixtures("found")
def test_bank_and_card_follow_the_weights(folder: Path) -> None:
    before = read_card(folder)
    model = equip(load_model(folder), Search(), lambda hits: None)
    assert model.hash == read_card(folder).hash == load_bank(folder).hash != before.hash
    text = (folder / "CARD.md").read_text()
    assert f"`{model.hash}`" in text
    assert before.hash not in text
    order = [text.index(part) for part in ("## Scores", "## Knobs", "Hidden:", "## Notes\n\nMine.")]
    assert order == sorted(order)


@pytest.mark.usefixtures("found")
def test_finding_them_again_changes_nothing_that_is_the_same(folder: Path) -> None:
    first = equip(load_model(folder), Search(), lambda hits: None)
    text = (folder / "CARD.md").read_text()
    again = equip(load_model(folder), Search(), lambda hits: None)
    assert again.hash == first.hash
    assert (folder / "CARD.md").read_text() == text


def test_a_search_that_is_stopped_leaves_the_folder_as_it_was(folder: Path, monkeypatch) -> None:
    def stopped(*given, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("astrodrum_live.training.equip.find_knobs", stopped)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(KeyboardInterrupt):
        equip(load_model(folder), Search(), lambda hits: None)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before


def test_hidden_knobs_are_named_in_the_card() -> None:
    lines = knob_section(SMALL_REPORT)
    assert "| kick | 0.97 | - | - | - | - | (0.40, 50%) | 0.25 (brightness moves decay) |" in lines
    assert "| hat | 0.97 | - | - | - | - | - | - |" in lines
    assert lines[-1] == "Hidden: kick: tuning."
