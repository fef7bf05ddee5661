"""Which files are one drum, how often it is drawn, and on which side it lies."""

import pytest

from astrodrum_live.data.drums import drum_of, sides, weights


@pytest.mark.parametrize(
    ("stem", "drum"),
    [
        ("Snare_v3_rr2", "kit/Snare"),
        ("Snare 12", "kit/Snare"),
        ("snare-top37", "kit/snare-top"),
        ("sn_vl1_rr10", "kit/sn"),
        ("kick_hard", "kit/kick"),
        ("tom-left", "kit/tom"),
        ("Kick (3)", "kit/Kick"),
        ("01", "kit"),
        ("Snare", "kit/Snare"),
    ],
)
def test_what_counts_strokes_is_dropped(stem, drum):
    assert drum_of(("kit", stem), "strokes") == drum


def test_numbers_can_be_told_to_name_drums():
    assert drum_of(("kit", "Kick 12"), "drums") == "kit/Kick 12"
    assert drum_of(("kit", "Kick 12_v3_rr2"), "drums") == "kit/Kick 12"


def test_weights_fall_with_the_root_of_a_drums_files_and_have_mean_1_in_a_class():
    found = weights(["a", "a", "a", "a", "b"], ["kick"] * 5, [""] * 5)
    assert found[4] == pytest.approx(2 * found[0], abs=1e-3)
    assert sum(found) == pytest.approx(5, abs=1e-2)


def test_a_weight_that_was_given_stays():
    assert weights(["a", "a"], ["kick", "kick"], ["0.25", ""]) == [0.25, 1.0]


def test_no_drum_lies_on_both_sides_though_it_has_two_classes():
    drums = [f"d{i % 12}" for i in range(96)]
    label = ["kick" if i < 60 else "snare" for i in range(96)]
    side = sides(drums, label, [""] * 96)
    assert set(side) == {"train", "valid"}
    for drum in set(drums):
        assert len({s for s, d in zip(side, drums, strict=True) if d == drum}) == 1


def test_a_given_split_stands_and_the_rest_is_chosen():
    drums = [f"d{i}" for i in range(8)]
    given = ["valid", "train", "train", "train", "", "", "", ""]
    side = sides(drums, ["kick"] * 8, given)
    assert side[:4] == given[:4]


def test_every_class_keeps_something_to_train_on():
    assert sides(["a", "b"], ["kick", "kick"], ["valid", "valid"]) == ["train", "train"]
