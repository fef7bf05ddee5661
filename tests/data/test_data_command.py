"""``astrodrum data`` on the command line."""

import json

import pytest
from sample_files import noise, tone, write
from typer.testing import CliRunner

from astrodrum_live.cli.main import app


def ask(*arguments: object):
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def test_an_import_tells_what_came_and_what_did_not(tmp_path):
    write(tmp_path / "in" / "kick.wav", tone())
    write(tmp_path / "in" / "what.wav", noise(1))
    told = ask("import", tmp_path / "in", "-o", tmp_path / "set")
    assert told.exit_code == 0
    assert "1 hits in" in told.stdout
    assert "left out: 1 unresolved class" in told.stdout


def test_json_is_one_object(tmp_path):
    write(tmp_path / "in" / "kick.wav", tone())
    told = ask("import", tmp_path / "in", "-o", tmp_path / "set", "--json")
    assert json.loads(told.stdout)["classes"]["kick"]["files"] == 1
    assert told.stdout.count("\n") == 1


def test_an_import_that_cannot_be_is_refused_in_one_line(tmp_path):
    told = ask("import", tmp_path / "none", "-o", tmp_path / "set")
    assert told.exit_code == 2
    assert told.stderr.startswith("astrodrum: ")
    assert told.stderr.count("\n") == 1


def test_the_table_is_printed_as_it_can_be_read_again(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(ask("rules").stdout, encoding="utf-8")
    told = ask("rules", "--rules", mine, "kits/Hats/open 3.wav", "hat.wav", "zzz.wav")
    assert told.stdout.splitlines() == [
        "kits/Hats/open 3.wav: hat_open (folder: hats open)",
        "hat.wav: hat_closed (name: hat; hat_open if it rings over 0.12 s)",
        "zzz.wav: left open (no rule applies to its name or folders)",
    ]


@pytest.mark.parametrize("words", [["rules", "kick.wav", "--json"], ["rules", "--json"]])
def test_rules_as_json(words):
    assert json.loads(ask(*words).stdout)
