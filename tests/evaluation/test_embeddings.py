"""The frozen file is whole, small and what its JSON says; a broken one is explained."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from small_sets import RATE, hat, kick, waves

from astrodrum_live.evaluation.embeddings import FILE, EmbeddingError, load_embeddings

REAL = {"kick", "snare", "hat_closed", "hat_open", "clap", "tom", "perc", "cymbal"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in (FILE, FILE.with_suffix(".json")):
        shutil.copy(path, tmp_path)
    return tmp_path / FILE.name


def test_the_shipped_file_is_small_and_tells_its_accuracy() -> None:
    frozen = load_embeddings()
    assert FILE.stat().st_size < 1_000_000
    assert set(frozen.classes) >= REAL
    assert 0.5 < frozen.told["held_out_accuracy"]["mean"] <= 1


def test_what_is_seen_does_not_depend_on_level_or_company() -> None:
    frozen = load_embeddings()
    hits = np.concatenate([waves(kick, 3), waves(hat, 3)])
    seen, alone = frozen.see(hits, RATE), frozen.see(0.3 * hits[:1], RATE)
    assert seen.e1.shape == (6, 32)
    assert seen.e2.shape == (6, 64)
    assert seen.scores.shape == (6, len(frozen.classes))
    np.testing.assert_allclose(alone.e1[0], seen.e1[0], atol=1e-2)
    np.testing.assert_allclose(alone.e2[0], seen.e2[0], atol=1e-2)


def test_a_synthetic_kick_is_called_a_kick() -> None:
    frozen = load_embeddings()
    called = frozen.see(waves(kick, 6), RATE).scores.argmax(axis=1)
    assert all(frozen.classes[i].endswith("kick") for i in called)


def test_a_changed_file_is_refused(copy: Path) -> None:
    blob = bytearray(copy.read_bytes())
    blob[-1] ^= 1
    copy.write_bytes(blob)
    with pytest.raises(EmbeddingError, match=r"safetensors: is not the file.*restore"):
        load_embeddings(copy)


def test_a_missing_file_and_a_broken_json_are_explained(copy: Path) -> None:
    told = copy.with_suffix(".json")
    told.write_text("{}")
    with pytest.raises(EmbeddingError, match="does not tell"):
        load_embeddings(copy)
    told.unlink()
    with pytest.raises(EmbeddingError, match="cannot be read"):
        load_embeddings(copy)


def test_a_file_with_other_tensors_is_refused(copy: Path) -> None:
    import hashlib

    from safetensors.numpy import save

    blob = save({"mean": np.zeros(3)})
    copy.write_bytes(blob)
    told = json.loads(copy.with_suffix(".json").read_text())
    told["sha256"] = hashlib.sha256(blob).hexdigest()
    copy.with_suffix(".json").write_text(json.dumps(told))
    with pytest.raises(EmbeddingError, match="does not hold the embeddings"):
        load_embeddings(copy)
