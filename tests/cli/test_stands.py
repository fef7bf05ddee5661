"""Pads of the shipped kits as hits that knobs are graded on."""

from pathlib import Path

import numpy as np

from astrodrum_live.cli.stands import stands_of
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.places import shipped_folder


def test_every_pad_of_a_kit_whose_classes_the_model_has_stands_once(tiny_model: Path) -> None:
    stands = stands_of(read_card(tiny_model))
    assert stands  # the default kit's kick and snare at least
    assert len({stand.z.tobytes() + stand.mix.tobytes() for stand in stands}) == len(stands)
    for stand in stands:
        np.testing.assert_allclose(stand.mix.sum(), 1.0, rtol=1e-6)


def test_a_pad_stands_where_its_first_hit_of_the_endless_folder_lies() -> None:
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.generation.homes import Homes
    from astrodrum_live.generation.placing import Placing
    from astrodrum_live.generation.seeds import FOLDER, hit_seed
    from astrodrum_live.live.model_choice import sounds_of

    patch = load_patch(find_patch("default", shipped_folder("patches")))
    sounds = sounds_of(patch)
    card = read_card(sounds.model)
    placing = Placing(card.prior, None, Homes(card.prior, sounds, card.config.classes))
    row = np.array(sounds.rows[1])
    seed = hit_seed(int(patch.pads[1].values["seed"]), FOLDER, 0)
    mix, z = placing.placed(1, row, 0.75, seed)
    there = [stand for stand in stands_of(card) if stand.seed == seed]
    assert any(np.array_equal(s.z, z) and np.array_equal(s.mix, mix) for s in there)
