"""Scores go into the card's own section; what people wrote stays."""

import json
from pathlib import Path

import pytest

from astrodrum_live.evaluation.card import (
    missing_lines,
    score_lines,
    with_section,
    write_to_card,
)
from astrodrum_live.evaluation.measures import ALL, Measure
from astrodrum_live.evaluation.scores import Scores


@pytest.fixture
def scores() -> dict:
    found = Scores(missing={"class gong": "only the model has it"})
    found.put("fd_e1", 3.14159, 1.0, 3.0)
    found.put("clipped", 0.0, 0.0)
    found.put("speckle_db", float("nan"))
    found.put_class("kick", accuracy=0.5, novelty=float("nan"))
    told = {"hits": 8, "seconds": 0.37, "seconds_real": 0.74, "compared": 4, "draws": 5, "seed": 0}
    told |= {"reference": "r", "embeddings": "e", "machine": "m"}
    tables = {"measures": found.measures, "classes": found.classes, "missing": found.missing}
    return told | tables


def test_a_row_tells_value_floors_target_and_whether_it_is_met(scores: dict) -> None:
    lines = list(score_lines(scores))
    assert "| Frechet distance, mel-PCA | 3.14 | 1 | 3 | <= 1 x kit | **no** |" in lines
    assert "| Share clipped | 0 | 0 |  | <= 0 | yes |" in lines
    assert any(line.startswith("| kick | 0.5 |") for line in lines)
    assert "- Not to be had: class gong (only the model has it)." in lines
    assert "speckle_db" in scores["missing"]
    json.dumps(scores, allow_nan=False)


def test_targets_are_limits_on_the_value_on_its_floor_or_on_its_loss() -> None:
    assert ALL["coverage_e2"].row(0.7, 0.97, 1.0)["met"] is True
    assert ALL["coverage_e2"].row(0.69, 0.97, 1.0)["met"] is False
    assert ALL["accuracy"].row(0.86, 1.0, 0.9)["met"] is True
    assert ALL["accuracy"].row(0.84, 1.0, 0.9)["met"] is False
    assert ALL["fd_e1"].row(1.0, 0.1, None)["met"] is None
    assert Measure("m", "m").row(1.0, None, None)["met"] is None


def test_the_section_is_replaced_where_it_stands_or_put_before_the_notes() -> None:
    card = "# m\n\nHash.\n\n## Scores\n\nold\n\n## Knobs\n\nk\n\n## Notes\n\nmine\n"
    assert with_section(card, "## Scores\n\nnew") == card.replace("old", "new")
    bare = "# m\n\nHash.\n\n## Notes\n\nmine\n"
    assert with_section(bare, "## Scores\n\nnew") == (
        "# m\n\nHash.\n\n## Scores\n\nnew\n\n## Notes\n\nmine\n"
    )
    assert with_section("# m\n", "## Scores\n\nnew") == "# m\n\n## Scores\n\nnew\n"
    assert with_section("# m\n\n## Scores\n\nold\n", "## Scores\n\nnew") == (
        "# m\n\n## Scores\n\nnew\n"
    )


def test_a_model_folder_gets_scores_in_its_config_and_card(
    tiny_model: Path, tmp_path: Path, scores
):
    import shutil

    from astrodrum_live.model.checkpoint import read_card

    folder = tmp_path / "mine"
    shutil.copytree(tiny_model, folder)
    write_to_card(folder, scores)
    write_to_card(folder, scores)
    assert read_card(folder).scores == scores
    assert (folder / "CARD.md").read_text().count("## Scores") == 1


def test_what_is_missing_for_one_reason_is_one_line():
    missing = {"fd_e1": "too few", "class gong": "only the model has it", "kid_e1": "too few"}
    assert list(missing_lines(missing)) == [
        ("fd_e1, kid_e1", "too few"),
        ("class gong", "only the model has it"),
    ]
