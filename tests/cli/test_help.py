"""Help: every verb explains itself with an example that parses."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from astrodrum_live import __version__
from astrodrum_live.cli.main import app

REPO = Path(__file__).resolve().parents[2]

VERBS = (
    "play", "render", "hits", "export", "encode", "devices", "train", "knobs", "evaluate",
    "import-wavegan", "bench", "monitor", "learn", "soak", "latency", "page",
)  # fmt: skip
GROUPS = {"data": ("import", "rules", "synth"), "pattern": ("export", "import")}
EVERY = (*VERBS, *(f"{group} {verb}" for group, verbs in GROUPS.items() for verb in verbs))


def ask(*arguments: str):
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "NO_COLOR": "1"})


def command(verb: str):
    """The command of ``verb`` or of ``group verb``."""
    found = get_command(app)
    for word in verb.split():
        found = found.commands[word]
    return found


def test_every_verb_is_there():
    assert set(get_command(app).commands) == {*VERBS, *GROUPS}
    assert {group: tuple(sorted(command(group).commands)) for group in GROUPS} == GROUPS
    told = ask("--help")
    assert told.exit_code == 0
    assert all(verb in told.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", EVERY)
def test_every_verb_has_an_example_whose_options_exist(verb):
    told = ask(*verb.split(), "--help")
    assert told.exit_code == 0
    example = next(line for line in told.stdout.splitlines() if "Example:" in line)
    words = shlex.split(example.partition("astrodrum ")[2].strip(" │"))
    count = len(verb.split())
    assert words[:count] == verb.split()
    command(verb).make_context(verb, words[count:])


OUTPUTS = {"--out", "-o", "--record", "--patch", "--sheet"}
PLACEHOLDERS = {  # the user's own
    *("take.performance.jsonl", "samples/", "my_kick.wav", "train/", "Hats/open 3.wav"),
}


@pytest.mark.parametrize("verb", EVERY)
def test_files_that_an_example_reads_are_there(verb):
    example = command(verb).help.partition("Example: astrodrum ")[2]
    words = shlex.split(example)
    read = [
        word
        for before, word in pairwise(words)
        if ("/" in word or "." in word) and before not in OUTPUTS and word not in PLACEHOLDERS
    ]
    assert [path for path in read if not (REPO / path).exists()] == []


@pytest.mark.parametrize("verb", EVERY)
def test_every_default_in_brackets_is_shown(verb):
    told = " ".join(ask(*verb.split(), "--help").stdout.replace("│", " ").split())
    helps = [getattr(option, "help", None) or "" for option in command(verb).params]
    defaults = [one for text in helps for one in re.findall(r"\\?(\[[^\]]+\])", text)]
    assert [one for one in defaults if one not in told] == []
    assert "\\[" not in told


def test_the_version_is_told():
    assert ask("--version").stdout.strip() == __version__
