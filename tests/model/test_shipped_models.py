"""What stands in ``models/`` is whole, plays, and is as good as its card says."""

import time
from pathlib import Path

import numpy as np
import pytest

from astrodrum_live.evaluation.classify import probabilities
from astrodrum_live.evaluation.defects import defects
from astrodrum_live.evaluation.embeddings import load_embeddings
from astrodrum_live.evaluation.generate import make_hits
from astrodrum_live.live.model_choice import DEFAULT_MODEL
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.model.player import load_model

REPO = Path(__file__).resolve().parents[2]
MODELS = sorted(path.parent for path in (REPO / "models").glob("*/config.json"))
RECORDED = {"kick", "snare", "hat_closed", "hat_open", "clap", "tom", "cymbal", "perc"}
CLASSES = RECORDED | {f"e_{name}" for name in RECORDED}
MEGABYTE = 1_000_000


def test_the_default_model_is_shipped() -> None:
    assert REPO / "models" / DEFAULT_MODEL in MODELS


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
class TestEveryModel:
    def test_its_card_tells_its_hash_and_its_classes(self, folder: Path) -> None:
        card = read_card(folder)
        assert set(card.config.classes) == CLASSES
        assert f"`{card.hash}`" in (folder / "CARD.md").read_text()

    def test_it_is_small_enough_to_ship(self, folder: Path) -> None:
        shipped = [path for path in folder.rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in shipped) < 40 * MEGABYTE
        assert (folder / "bank.npz").stat().st_size < 5 * MEGABYTE

    def test_its_bank_is_its_own_and_ready_to_play(self, folder: Path) -> None:
        bank = load_bank(folder)
        assert bank.hash == read_card(folder).hash
        audio = bank.audio.reshape(-1, bank.audio.shape[-1]) / 32767
        assert len(audio) == 4 * len(CLASSES)
        np.testing.assert_allclose(np.abs(audio).max(axis=1), 10 ** (-1 / 20), atol=1e-3)
        found = defects(audio, bank.sample_rate)
        assert found["not_finite"] == 0
        assert found["dc_dbfs"] < -54
        assert np.abs(audio[:, -1]).max() < 1e-3
        loud = np.abs(audio) > 10 ** (-34 / 20)
        assert loud.argmax(axis=1).max() <= 0.001 * bank.sample_rate

    def test_its_bank_is_there_at_once(self, folder: Path) -> None:
        spent = []
        for _ in range(5):
            start = time.perf_counter()
            load_bank(folder)
            spent.append(time.perf_counter() - start)
        assert min(spent) < 0.03

    def test_it_makes_hits_without_defects(self, folder: Path) -> None:
        model = load_model(folder)
        waves = make_hits(model, list(range(len(model.config.classes))), 2, seed=11)
        found = defects(waves, model.config.sample_rate)
        assert found["not_finite"] == 0
        assert found["silent"] == 0
        assert found["dc_dbfs"] < -54

    def test_its_class_accuracy_is_the_cards(self, folder: Path) -> None:
        """12 other hits of each class: within what chance allows of the card's figure."""
        card, judge = read_card(folder), load_embeddings()
        assert card.scores["embeddings"] == judge.hash, "run 'astrodrum evaluate --write' again"
        columns = np.array([judge.classes.index(name) for name in card.config.classes])
        labels = list(range(len(columns)))
        waves = make_hits(load_model(folder), labels, 12, seed=5)
        called = probabilities(judge.see(waves, card.config.sample_rate).scores, columns)
        mean = (called.argmax(axis=1) == np.repeat(labels, 12)).mean()
        told = card.scores["measures"]["accuracy"]["value"]
        assert told >= 0.6  # what the product promises
        assert abs(mean - told) < 0.12  # three deviations of 96 hits at .8
