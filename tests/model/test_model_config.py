"""A config survives a round trip, and says what is wrong with a bad one."""

import json

import pytest

from astrodrum_live.model.config import KINDS, SLICE_LENS, ModelConfig


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slice_len", SLICE_LENS)
def test_every_config_survives_json(kind: str, slice_len: int) -> None:
    config = ModelConfig(kind, ("kick", "snare"), slice_len=slice_len)
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latent_dims": 3}, ["latent_dims", "latent_dim"]),
        ({"kind": "diffusion"}, ["kind", "diffusion", "wavegan"]),
        ({"slice_len": 1000}, ["slice_len", "1000", "16384"]),
        ({"dim": "64"}, ["dim", "whole number"]),
        ({"dim": True}, ["dim", "whole number"]),
        ({"dim": 0}, ["dim", "between"]),
        ({"kernel_len": 24}, ["kernel_len", "odd"]),
        ({"classes": "kick"}, ["classes", "list"]),
        ({"classes": []}, ["classes"]),
        ({"classes": ["kick", "kick"]}, ["twice"]),
        ({"classes": ["kick", 3]}, ["classes"]),
    ],
)
def test_a_wrong_key_or_value_is_named(change: dict, words: list[str]) -> None:
    values = {"kind": "live", "classes": ["kick"]} | change
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the words are checked below
        ModelConfig.from_dict(values)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_kind_and_classes_must_be_given() -> None:
    with pytest.raises(ValueError, match="'kind' is missing"):
        ModelConfig.from_dict({"classes": ["kick"]})
    with pytest.raises(ValueError, match="'classes' is missing"):
        ModelConfig.from_dict({"kind": "live"})
