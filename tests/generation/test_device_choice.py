"""Generators by name: unknown ones name their neighbour, missing ones what there is."""

import os

import pytest

from astrodrum_live.generation.device_choice import (
    GENERATORS,
    GeneratorError,
    check_generator,
    choose_device,
    default_threads,
    start_torch,
)


@pytest.mark.parametrize("name", GENERATORS)
def test_known_names_pass(name):
    assert check_generator(name) == name


def test_an_unknown_name_names_its_neighbour():
    with pytest.raises(GeneratorError, match=r"no generator 'cuba' \(did you mean 'cuda'\?\)"):
        check_generator("cuba")


def test_the_cpu_is_always_there_and_auto_takes_something():
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto") in ("cuda", "mps", "cpu")


def test_torch_leaves_a_core_to_the_audio():
    import torch

    assert start_torch("cpu") == "cpu"
    assert torch.get_num_threads() == default_threads() < max(2, os.cpu_count() or 1)
    assert start_torch("cpu", threads=1) == "cpu"
    assert torch.get_num_threads() == 1


def test_a_device_that_is_not_here_lists_what_is(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(
        GeneratorError, match=r"no .cuda. on this machine; there are: .*cpu, frozen"
    ):
        choose_device("cuda")
