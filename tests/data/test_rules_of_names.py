"""A class from a name: the shipped table, and tables of one's own."""

import pytest

from astrodrum_live.data.naming import class_of
from astrodrum_live.data.rules import load_rules, rules_text
from astrodrum_live.data.words import clean, words

SHIPPED = load_rules()


def said(path: str) -> str | None:
    return class_of(SHIPPED, path.split("/")).name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01_HiHat-Öffen", ("01", "hi", "hat", "offen")),
        ("BD808", ("bd", "808")),
        ("CHHat", ("ch", "hat")),
        ("Große Trommel", ("grosse", "trommel")),
        ("ｋｉｃｋ２", ("kick", "2")),
        ("キック01", ("キック", "01")),
        ("___", ()),
    ],
)
def test_a_name_is_taken_apart(text, expected):
    assert words(text) == words(" ".join(expected))
    assert len(words(text)) == len(expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("BD0010", "kick"),
        ("KickDrum 3", "kick"),
        ("Kickmess", "kick"),
        ("Bass_Drum_07", "kick"),
        ("große Trommel 1", "kick"),
        ("キック01", "kick"),
        ("бочка 2", "kick"),
        ("SD 808", "snare"),
        ("tapesnare-2", "snare"),
        ("caisse-claire", "snare"),
        ("CHH", "hat_closed"),
        ("hat_closed_1", "hat_closed"),
        ("808 CH", "hat_closed"),
        ("HiHat geschlossen", "hat_closed"),
        ("OHH 2", "hat_open"),
        ("hh 01 open", "hat_open"),
        ("909-OH", "hat_open"),
        ("handclap", "clap"),
        ("CP01", "clap"),
        ("floor tom 3", "tom"),
        ("LT", "tom"),
        ("Crash-Ride 2", "cymbal"),
        ("analog cymbal", "cymbal"),
        ("Becken", "cymbal"),
        ("cowbell", "perc"),
        ("RimShot", "perc"),
        ("side stick", "perc"),
        ("Congas/open slap 2", "perc"),
    ],
)
def test_the_shipped_table_knows(path, expected):
    assert said(path) == expected


def test_the_longer_entry_wins_over_what_it_covers():
    assert said("rimshot 1") == "perc"
    assert said("snare rimshot 1") == "snare"
    assert said("ride bell") == "cymbal"


def test_codes_count_only_where_no_word_does():
    assert said("kick oh") == "kick"
    assert said("oh") == "hat_open"


def test_a_microphone_is_no_drum():
    assert said("snare_mic-kick 3") == "kick"
    assert said("kick_mic-snare_mic") is None


@pytest.mark.parametrize("name", ["kick snare layer", "KickClap", "hc 3"])
def test_two_classes_in_one_name_leave_it_open(name):
    verdict = class_of(SHIPPED, [name])
    assert verdict.name is None
    assert verdict.why.startswith("ambiguous: ")


def test_a_folder_chooses_among_the_classes_of_an_ambiguous_name():
    assert said("Kicks/kick snare layer") == "kick"
    assert said("Toms/kick snare layer") is None


def test_folders_speak_where_the_name_says_nothing_the_nearest_first():
    assert said("Snares/Pack A/01") == "snare"
    assert said("Snares/Kicks/01") == "kick"
    assert said("Snares/kick 01") == "kick"
    assert said("Sounds/01") is None


def test_name_and_folder_make_a_longer_entry_together():
    assert said("Hats/open 3") == "hat_open"
    assert said("Snares/rimshot 3") == "snare"


def test_a_bare_hat_is_told_by_how_long_it_rings():
    verdict = class_of(SHIPPED, ["hihat 3"])
    assert (verdict.name, verdict.ringing, verdict.ring_s) == ("hat_closed", "hat_open", 0.12)
    assert class_of(SHIPPED, ["hh open hat"]).name == "hat_open"


def test_a_loop_is_known_by_its_name():
    assert class_of(SHIPPED, ["kick loop 120"]).loop


def test_every_entry_of_the_table_tells_its_own_class_or_is_ambiguous():
    for rule in SHIPPED.rules:
        for entry in (*rule.words, *rule.weak):
            name = " ".join(entry).replace("*", "")
            verdict = class_of(SHIPPED, [name])
            assert verdict.name == rule.name or verdict.why.startswith("ambiguous"), (name, verdict)


def table(body: str, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('format = "astrodrum-rules"\nversion = 1\n' + body, encoding="utf-8")
    return path


def test_a_table_of_ones_own_is_all_that_counts(tmp_path):
    rules = load_rules(table('[[rule]]\nclass = "gong"\nwords = ["gong", "tam tam"]', tmp_path))
    assert class_of(rules, ["Tam-Tam 40"]).name == "gong"
    assert class_of(rules, ["kick"]).name is None


def test_the_printed_table_is_the_table(tmp_path):
    path = tmp_path / "copy.toml"
    path.write_text(rules_text(), encoding="utf-8")
    assert load_rules(path) == SHIPPED


@pytest.mark.parametrize(
    ("body", "words_of_error"),
    [
        ("", "no [[rule]]"),
        ("[[rule]]\nclass = 3", "rule 1: 3 is no name of a class"),
        ('[[rule]]\nclass = "a/b"\nwords = ["x"]', "'a/b' is no name of a class"),
        ('[[rule]]\nclass = "a"', "neither 'words' nor 'weak'"),
        ('[[rule]]\nclass = "a"\nwords = "x"', "must be a list"),
        ('[[rule]]\nclass = "a"\nword = ["x"]', "unknown key 'word'"),
        ('[[rule]]\nclass = "a"\nwords = ["{x}"]', "no group {x}"),
        ('[[rule]]\nclass = "a"\nwords = ["x"]\nring_s = 0.1', "go together"),
        ('[[rule]]\nclass = "a"\nwords = ["x"]\nringing = "b"\nring_s = nan', "'ring_s' is nan"),
        ('[[rule]]\nclass = "a"\nwords = ["x"]\nringing = "b"\nring_s = inf', "'ring_s' is inf"),
        (
            '[groups]\ng = ["a", "b", "c", "d", "e", "f", "h", "i", "j", "k"]\n'
            '[[rule]]\nclass = "a"\nwords = ["{g} {g} {g} {g} {g} {g} {g} {g} {g}"]',
            "brings it to 1000000000 entries",
        ),
        ("[[rule]", "line"),
    ],
)
def test_a_broken_table_is_refused_with_its_place(tmp_path, body, words_of_error):
    path = table(body, tmp_path)
    with pytest.raises(ValueError, match=r"mine\.toml") as refused:
        load_rules(path)
    assert words_of_error in str(refused.value)


def test_cleaned_names_keep_letters_of_any_script_and_are_never_empty_or_long():
    assert clean("Kick #1 (hard)") == "Kick-1-hard"
    assert clean("スネア 3") == "スネア-3"
    assert clean("///") == "hit"
    assert len(clean("x" * 500)) <= 64
