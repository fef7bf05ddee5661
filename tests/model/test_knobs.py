"""Knobs: shifts along stored paths, blended by class, part of a model's name."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_models import CLASSES, DIM, tiny_mixture

from astrodrum_live.model.checkpoint import ModelError, read_card, store_knobs
from astrodrum_live.model.knobs import KNOBS, Knobs, moved
from astrodrum_live.model.latents import NormalPrior, UniformPrior
from astrodrum_live.model.player import load_model
from astrodrum_live.params import pad_param

POINTS = 5
MIDDLES = np.full(len(KNOBS), 0.5)


def some_knobs(rho: float = 0.95) -> Knobs:
    """Knob j of class c moves axis j, by c + 1 at its end."""
    paths = np.zeros((len(CLASSES), len(KNOBS), POINTS, DIM), dtype=np.float32)
    for label in range(len(CLASSES)):
        for j in range(len(KNOBS)):
            paths[label, j, :, j % DIM] = (label + 1) * np.linspace(-1, 1, POINTS)
    spans = np.tile(np.float32([-1, 1]), (len(CLASSES), len(KNOBS), 1))
    graded = np.full(spans.shape[:2], rho, dtype=np.float32)
    return Knobs(paths, spans, graded, np.ones_like(graded))


def turned(**positions: float) -> np.ndarray:
    return np.array([positions.get(name, 0.5) for name in KNOBS])


def test_every_knob_is_a_row_of_the_table_neutral_in_the_middle() -> None:
    for name in KNOBS:
        row = pad_param(name)
        assert (row.low, row.default, row.high, row.stage) == (0.0, 0.5, 1.0, "hit")


def test_in_the_middle_nothing_moves() -> None:
    assert not some_knobs().shift(np.array([0.2, 0.3, 0.5]), MIDDLES).any()


def test_a_knob_follows_its_path_between_the_stored_points() -> None:
    knobs, kick = some_knobs(), np.array([1.0, 0, 0])
    for position in (0.0, 0.1, 0.5, 0.8, 1.0):
        shift = knobs.shift(kick, turned(decay=position))
        assert shift[1] == pytest.approx(2 * position - 1)
        assert not np.delete(shift, 1).any()


def test_a_knob_whose_whole_way_nobody_hears_is_hidden() -> None:
    knobs = some_knobs()
    knobs.spans[0] *= 0.01
    assert not knobs.shown[0].any()
    assert knobs.shown[1:].all()


def test_a_knob_that_goes_the_wrong_way_on_some_drums_is_hidden() -> None:
    knobs = some_knobs()
    knobs.right[0, 0] = 0.94
    assert not knobs.shown[0, 0]
    assert knobs.shown[0, 1:].all()


def test_knobs_of_before_that_was_measured_are_shown_as_they_were() -> None:
    old = {name: array for name, array in some_knobs().arrays().items() if ".right" not in name}
    assert Knobs.from_arrays(old, len(CLASSES), DIM).shown.all()


def test_knobs_add_up_and_classes_blend_by_the_mix() -> None:
    both = some_knobs().shift(np.array([0.5, 0.5, 0]), turned(brightness=1.0, body=0.0))
    np.testing.assert_allclose(both[[0, 3]], [1.5, -1.5])


def test_a_hidden_knob_does_nothing_for_its_class_alone() -> None:
    knobs = some_knobs()
    knobs.rho[0, 0] = 0.89
    knobs.rho[1, 0] = np.nan
    mix = np.array([0.25, 0.25, 0.5])
    np.testing.assert_allclose(knobs.shift(mix, turned(brightness=1.0))[0], 1.5)
    assert knobs.acts(mix)["brightness"]
    assert not knobs.acts(np.array([0.5, 0.5, 0]))["brightness"]
    assert knobs.grades(np.array([0.6, 0.4, 0]))["brightness"] == pytest.approx(0.89)


@pytest.mark.parametrize("prior", [UniformPrior(DIM, 3), NormalPrior(DIM, 3), tiny_mixture()])
def test_a_shift_ends_at_the_priors_support_or_where_the_latent_was(prior) -> None:
    _, high = prior.support()
    inside = prior.sample(0, 3)
    far = moved(prior, inside, np.full(DIM, 100.0))
    np.testing.assert_allclose(far, high, atol=1e-3)
    beyond = np.array(high + 1, dtype=np.float32)
    np.testing.assert_array_equal(moved(prior, beyond, np.full(DIM, 1.0)), beyond)
    assert (moved(prior, beyond, np.full(DIM, -0.5)) < beyond).all()
    assert moved(prior, inside, np.zeros(DIM)) is inside


def test_arrays_come_back_and_what_does_not_fit_is_told() -> None:
    knobs = some_knobs()
    again = Knobs.from_arrays(knobs.arrays(), len(CLASSES), DIM)
    for part in ("paths", "spans", "rho", "right"):
        np.testing.assert_array_equal(getattr(again, part), getattr(knobs, part))
    for change, words in (
        ({"body.rho": None}, "'body.rho' is missing"),
        ({"decay.paths": np.zeros((3, 5, DIM + 1))}, "'decay.paths' has shape"),
        ({"decay.paths": np.zeros((3, 7, DIM))}, "differ in length"),
        ({"decay.paths": np.full((3, 5, DIM), np.nan)}, "not finite"),
    ):
        arrays = {k: v for k, v in (knobs.arrays() | change).items() if v is not None}
        with pytest.raises(ValueError, match=words):
            Knobs.from_arrays(arrays, len(CLASSES), DIM)


def test_stored_knobs_are_part_of_the_models_name_and_leave_the_rest(
    live_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(live_folder, tmp_path / "model"))
    before = read_card(folder)
    assert before.knobs is None
    card = store_knobs(before, some_knobs(), {"classes": {}})
    assert card.hash != before.hash
    assert card.knob_report == {"classes": {}}
    assert card.knobs is not None
    np.testing.assert_array_equal(card.knobs.paths, some_knobs().paths)
    again = store_knobs(card, some_knobs(0.5), {})
    assert again.hash not in (card.hash, before.hash)
    assert not again.knobs.shown.any()
    z, mix, seeds = card.prior.sample(0, 1)[None], np.eye(3, dtype=np.float32)[:1], np.uint64([4])
    made = (load_model(one).generate(z, mix, seeds) for one in (folder, live_folder))
    np.testing.assert_array_equal(*made)


def test_damaged_knobs_are_told_with_the_remedy(live_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(live_folder, tmp_path / "model"))
    knobs = some_knobs()
    wide = Knobs(
        np.zeros((3, len(KNOBS), 5, DIM + 1), np.float32), knobs.spans, knobs.rho, knobs.right
    )
    with pytest.raises(ModelError, match=r"'brightness.paths' has shape .*astrodrum knobs"):
        store_knobs(read_card(folder), wide, {})
