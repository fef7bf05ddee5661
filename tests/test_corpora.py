"""Every door stands what fuzzing began from, what it found, and what chance makes of both."""

import random

import pytest
from fuzz_targets import CORPORA, MOST, TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

FILES = [file for name in TARGETS for file in sorted((CORPORA / name).iterdir())]
SEEDED = {name: (CORPORA / name / "seed-00").read_bytes() for name in TARGETS}
CHANGES = 12


@pytest.fixture(scope="module", autouse=True)
def _no_cache_of_the_users(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRODRUM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_it_is_accepted_or_refused_as_documented(file):
    assert TARGETS[file.parent.name](file.read_bytes()) in (True, False)


@pytest.mark.parametrize("name", TARGETS)
def test_the_first_of_each_corpus_is_sound(name):
    assert TARGETS[name](SEEDED[name])


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpora_are_small(name):
    sizes = [file.stat().st_size for file in (CORPORA / name).iterdir()]
    assert max(sizes) <= 8192
    assert sum(sizes) <= MOST


@pytest.mark.parametrize("name", TARGETS)
def test_it_stands_bytes_that_are_changed_lost_and_doubled(name):
    chance = random.Random(7)
    for _ in range(CHANGES):
        data = bytearray(SEEDED[name])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del data[at : at + chance.randint(1, 8)]
                case 2:
                    data[at:at] = data[at : at + 16]
                case _:
                    data[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        TARGETS[name](bytes(data))


@pytest.mark.parametrize(
    "name",
    ["osc", "stream", "websocket", "page", "page_request", "sequence", "midi", "performance"],
)
def test_it_stands_any_bytes(name):
    @settings(max_examples=40, derandomize=True, deadline=None)
    @given(st.binary(max_size=64))
    def stands(data: bytes) -> None:
        TARGETS[name](data)

    stands()
