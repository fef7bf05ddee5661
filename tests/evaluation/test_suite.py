"""The whole evaluation on synthetic drums: a good model beats a bad one, and says what it lacks."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from small_sets import CLASSES, FRAMES, RATE, hat, hit_set, kick, tiny_embeddings, waves

from astrodrum_live.evaluation import suite
from astrodrum_live.evaluation.comparison import EvaluationError
from astrodrum_live.evaluation.measures import ALL
from astrodrum_live.evaluation.reference import Reference
from astrodrum_live.evaluation.speed import measure_speed
from astrodrum_live.model.checkpoint import ModelCard
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import NormalPrior
from astrodrum_live.model.player import Model, build_generator


class Machine:
    """A model that plays the synthetic drums, or something else."""

    def __init__(self, make: dict, classes: tuple[str, ...] = CLASSES) -> None:
        self.make = make
        self.config = SimpleNamespace(classes=classes, sample_rate=RATE, slice_len=FRAMES)
        self.card = SimpleNamespace(folder=Path("machine"))
        self.prior = NormalPrior(2, len(classes))
        self.hash, self.device = "machine", "cpu"

    def generate(self, z, mix, seeds):
        names = [self.config.classes[i] for i in mix.argmax(axis=1)]
        pairs = zip(names, seeds, strict=True)
        return np.concatenate([waves(self.make[n], 1, 500 + int(s) % 10**6) for n, s in pairs])


@pytest.fixture(scope="module")
def reference() -> Reference:
    torch.set_num_threads(1)
    hits = hit_set(42)
    embeddings = tiny_embeddings(hits)
    seen = embeddings.see(hits.waves(np.arange(len(hits.label))), RATE)
    return Reference(hits, seen, embeddings)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrodrum_live.evaluation.comparison.REPEATS", 2)
    monkeypatch.setattr("astrodrum_live.evaluation.copying.STEP_MS", 10.0)
    monkeypatch.setattr(suite, "measure_speed", lambda model: {"ms_p50": 1.0})


def scores(machine: Machine, reference: Reference, count: int = 40) -> dict:
    return suite.evaluate(machine, reference, count)[0]


def test_the_same_drums_are_near_the_floors_and_others_are_not(reference: Reference) -> None:
    good = scores(Machine({"hat": hat, "kick": kick}), reference)["measures"]
    bad = scores(Machine({"hat": kick, "kick": hat}), reference)["measures"]
    assert good["fd_e1"]["value"] < 2 * good["fd_e1"]["iid"]
    assert bad["accuracy"]["value"] < 0.1 < 0.9 < good["accuracy"]["value"]
    assert good["accuracy"]["kit"] > 0.9
    dull = scores(Machine({"hat": kick, "kick": kick}), reference)["measures"]
    for name in ("fd_e1", "fd_e2", "kid_e2", "two_sample_e1", "ndb_e1"):
        assert dull[name]["value"] > good[name]["value"], name
        assert dull[name]["iid"] == good[name]["iid"]
    for name in ("coverage_e1", "diversity_e1", "is_ratio"):
        assert dull[name]["value"] < good[name]["value"], name
    assert dull["fd_e1"]["met"] is False


def test_a_model_that_plays_its_training_hits_is_caught(reference: Reference) -> None:
    def copy(of: str):
        own = reference.hits.waves(np.flatnonzero(reference.hits.label == CLASSES.index(of)))
        return lambda seed: own[10 + seed % 30][16:]

    thief = scores(Machine({"hat": copy("hat"), "kick": copy("kick")}), reference)
    assert thief["measures"]["novelty"]["value"] < 0.2
    assert thief["measures"]["novelty"]["met"] is False
    assert thief["measures"]["near_copies"]["value"] > 0.5
    assert thief["classes"]["hat"]["novelty"] < 0.2


def test_a_seed_is_an_evaluation(reference: Reference) -> None:
    machine = Machine({"hat": hat, "kick": kick})
    assert scores(machine, reference) == scores(machine, reference)


def test_every_measure_is_there_or_missing_with_its_reason(reference: Reference) -> None:
    found = scores(Machine({"hat": hat, "kick": kick}), reference, 8)
    assert found["compared"] == 8
    speeds = {"ms_p99", "batch_hits_s", "real_time"}
    assert set(found["measures"]) | set(found["missing"]) | speeds >= set(ALL)
    assert "32 are the fewest" in found["missing"]["fd_e1"]
    assert found["measures"]["dc_dbfs"]["value"] is not None


def test_classes_of_one_side_only_are_named_and_left_out(reference: Reference) -> None:
    machine = Machine({"hat": hat, "gong": kick}, ("gong", "hat"))
    found = scores(machine, reference)
    assert found["missing"]["class gong"] == "only the model has it"
    assert found["missing"]["class kick"] == "only the reference has it"
    assert set(found["classes"]) == {"hat"}
    assert "fewer than two" in found["missing"]["accuracy"]


def test_a_model_of_other_classes_is_refused(reference: Reference) -> None:
    with pytest.raises(EvaluationError, match=r"\(gong\) are none of the reference's \(hat, kick"):
        scores(Machine({}, ("gong",)), reference)


def test_hits_that_are_no_numbers_are_counted_not_fatal(reference: Reference) -> None:
    found = scores(Machine({"hat": hat, "kick": lambda seed: np.full(9000, np.nan)}), reference)
    assert found["measures"]["not_finite"]["value"] == 0.5
    assert found["measures"]["not_finite"]["met"] is False


def test_a_reference_without_drums_held_out_has_no_figure_for_unseen_ones(
    reference: Reference,
) -> None:
    nothing = replace(reference.hits, held_out=np.zeros(len(reference.hits.label), dtype=bool))
    found = scores(Machine({"hat": hat, "kick": kick}), replace(reference, hits=nothing))
    assert found["measures"]["accuracy"]["kit"] is None
    assert found["measures"]["accuracy"]["met"] is None
    assert found["measures"]["novelty"]["kit"] is None


def test_speed_is_measured_and_threads_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrodrum_live.evaluation.speed.TIMED", 4)
    config = ModelConfig("wavegan", CLASSES, latent_dim=4, dim=1)
    card = ModelCard(Path("m"), config, NormalPrior(4, 2), "h")
    model = Model(card, build_generator(config).eval(), "cpu")
    torch.set_num_threads(2)
    found = measure_speed(model)
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
    assert set(found) == {"ms_p50", "ms_p99", "batch_hits_s", "real_time"}
    assert all(value > 0 for value in found.values())
