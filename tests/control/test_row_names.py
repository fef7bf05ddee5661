"""One table of names for a hit's own rows: what every dialect looks up."""

import pytest

from astrodrum_live.control.row_names import ALIASES, NUMBER_KEYS, ROW_NAMES, row_named
from astrodrum_live.params import PAD_PARAMS, nearest


@pytest.mark.parametrize("row", PAD_PARAMS, ids=lambda row: row.name)
def test_every_row_answers_to_its_name_its_key_and_in_capitals(row):
    assert row_named(row.name) is row
    assert row_named(row.key) is row
    assert row_named(row.name.upper()) is row


def test_aliases_mean_rows_and_hide_none():
    assert {name: row_named(name).name for name in ALIASES} == ALIASES
    assert not set(ALIASES) & {row.name for row in PAD_PARAMS}
    assert not set(NUMBER_KEYS) & set(ROW_NAMES)


@pytest.mark.parametrize(("name", "near"), [("brigth", "bright"), ("decy", "decay"), ("z9", "z1")])
def test_an_unknown_name_is_told_the_nearest(name, near):
    with pytest.raises(KeyError, match=f"no parameter '{name}' .did you mean '{near[:1]}"):
        row_named(name)


@pytest.mark.parametrize(
    ("word", "near"),
    [("snrae", "snare"), ("hat_close", "hat_closed"), ("sn", "snare"), ("nothing", None)],
)
def test_a_suggestion_is_made_only_where_it_may_be_meant(word, near):
    pads = ["kick", "snare", "hat_closed", "tom_high", "tom_mid", "crash"]
    assert nearest(word, pads) == (f" (did you mean '{near}'?)" if near else "")
