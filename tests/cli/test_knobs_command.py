"""``astrodrum knobs``: listing, and what is refused."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.model.checkpoint import read_card, store_knobs
from astrodrum_live.model.knobs import KNOBS, Knobs

REPORT = {
    "graded_on": 4,
    "classes": {"kick": {"decay": {"rho": 0.95, "right": 1.0, "shown": True, "cross_talk": {}}}},
}


def ask(*arguments: object):
    return CliRunner().invoke(app, ["knobs", *map(str, arguments)])


def test_knobs_are_listed_without_a_search(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "mine")
    card = read_card(folder)
    shape = (len(card.config.classes), len(KNOBS))
    paths = np.zeros((*shape, 3, card.config.latent_dim), np.float32)
    card = store_knobs(
        card, Knobs(paths, np.ones((*shape, 2)), np.ones(shape), np.ones(shape)), REPORT
    )
    told = ask(folder, "--show", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {"model": str(folder), "hash": card.hash, **REPORT}
    assert "| kick | - | 0.95 | - |" in ask(folder, "--show").stdout
    assert ask(folder).stdout == ask(folder, "--show").stdout  # README's own command
    assert read_card(folder).hash == card.hash


def test_to_list_and_to_find_anew_are_not_both_asked_for(tiny_model):
    refused = ask(tiny_model, "--show", "--again")
    assert refused.exit_code == 2
    assert "give one of the two" in refused.stderr


def test_a_model_without_knobs_and_a_folder_that_is_none_are_told(tiny_model, tmp_path):
    without = ask(tiny_model, "--show")
    assert without.exit_code == 2
    assert f"has no knobs yet; find them with 'astrodrum knobs {tiny_model}'" in without.stderr
    absent = ask(tmp_path / "none", "--json")
    assert absent.exit_code == 2
    assert "no such model folder" in json.loads(absent.stdout)["error"]


@pytest.mark.parametrize(("option", "most"), [("--hits", 20_000), ("--sweeps", 500)])
def test_a_search_that_no_memory_holds_is_refused_before_it_begins(option, most):
    refused = ask("no-such-model", "--again", option, 999_999_999)
    assert refused.exit_code == 2
    assert str(most) in refused.stderr
