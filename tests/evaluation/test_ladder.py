"""Every measure worsens at every rung of damage; here on synthetic drums, without a network."""

import numpy as np
import pytest
import torch
from small_sets import RATE, hit_set, tiny_embeddings

from astrodrum_live.evaluation import ladder
from astrodrum_live.evaluation.ladder import FAMILIES, climb, steady
from astrodrum_live.evaluation.reference import Reference


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    torch.set_num_threads(1)
    hits = hit_set(40, strokes=1)
    embeddings = tiny_embeddings(hits)
    seen = embeddings.see(hits.waves(np.arange(len(hits.label))), RATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "REPEATS", 1)
        return list(climb(Reference(hits, seen, embeddings)))


def test_there_is_a_row_for_every_rung_and_a_start(rows: list[dict]) -> None:
    assert len(rows) == sum(1 + len(rungs) for rungs in FAMILIES.values())
    starts = [row for row in rows if row["rung"] == "undamaged"]
    assert len({row["fd_e1"] for row in starts}) == 1


@pytest.mark.parametrize("family", ["low-pass", "bits", "class noise"])
def test_the_frechet_distance_worsens_at_every_rung(rows: list[dict], family: str) -> None:
    assert steady(rows)["fd_e1"][family], [r["fd_e1"] for r in rows if r["family"] == family]


def test_late_onsets_are_noticed(rows: list[dict]) -> None:
    """So few hits show a spread of 50 ms only; docs/evaluation.md has the ladder of real ones."""
    found = [row for row in rows if row["family"] == "onset jitter"]
    assert found[-1]["fd_e1"] > 2 * found[0]["fd_e1"]
    assert found[-1]["two_sample_e1"] > found[0]["two_sample_e1"] + 0.2


def test_a_measure_that_does_not_worsen_is_told() -> None:
    rows = [{"family": "f", "rung": str(i), "fd_e1": v} for i, v in enumerate((1.0, 3.0, 2.0))]
    assert steady(rows) == {"fd_e1": {"f": False}}
    rising = [{"family": "f", "rung": str(i), "coverage_e1": 1.0 - i} for i in range(3)]
    assert steady(rising) == {"coverage_e1": {"f": True}}


def test_damage_is_what_it_says() -> None:
    random = np.random.RandomState(0)
    noise = random.randn(6, 8192).astype(np.float32)
    label = np.zeros(6, dtype=int)
    spectrum = np.abs(np.fft.rfft(ladder.low_pass(4000)(noise, label, random, RATE), axis=1)) ** 2
    assert spectrum[:, 1486:].sum() < 1e-3 * spectrum.sum()  # above 8 kHz
    assert len(np.unique(ladder.bits(4)(np.clip(noise, -1, 0.99), label, random, RATE))) <= 17
    late = ladder.jitter(10)(np.ones((50, 8192), np.float32), label, random, RATE)
    starts = (late > 0).argmax(axis=1)
    assert starts.max() <= 441
    assert len(set(starts)) > 20
    mixed = ladder.class_noise(0.5)(noise, label, random, RATE)
    own = (mixed * noise).sum(axis=1) / (noise**2).sum(axis=1)
    np.testing.assert_allclose(own, np.sqrt(0.5), atol=0.05)
    np.testing.assert_allclose((mixed**2).sum(), (noise**2).sum(), rtol=0.05)
