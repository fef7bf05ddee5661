"""The rows of spliced hits, with both their parents."""

import hashlib
from collections.abc import Sequence
from typing import Any

from astrodrum_live.data.settings import Settings
from astrodrum_live.data.splice import pairs, splice
from astrodrum_live.data.staging import Staging, facts_of
from astrodrum_live.data.stroke import measured

TRIES = 4  # pairs looked at for each splice wanted: some have no crossing


def spliced_rows(
    settings: Settings, staging: Staging, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Splice and stage ``splice_count`` hits of each class of ``settings.splice``.

    Parents are drums of the training side only, and a splice counts as a hit of the drum whose
    body it has: nothing of a drum kept for validation is heard in training.
    Errors: ``ValueError`` for a class without two drums to splice.
    """
    found: list[dict[str, Any]] = []
    for name in settings.splice:
        classes = sorted({row["class"] for row in rows})
        if name not in classes:
            raise ValueError(f"--splice {name}: no such class; there are: {', '.join(classes)}")
        parents = [row for row in rows if row["class"] == name and row["split"] == "train"]
        parents.sort(key=lambda row: row["file"])
        made: dict[str, dict[str, Any]] = {}
        drums = [row["source_drum"] for row in parents]
        if len(set(drums)) < 2:
            raise ValueError(
                f"--splice {name}: needs two drums to train on, there are {len(set(drums))}"
            )
        for first, second, at_s in pairs(drums, TRIES * settings.splice_count, settings.seed):
            if len(made) == settings.splice_count:
                break
            row = _spliced(staging, parents[first], parents[second], at_s)
            if row:
                made[row["key"]] = row
        found += made.values()
    return found


def _spliced(
    staging: Staging, attack: dict[str, Any], body: dict[str, Any], at_s: float
) -> dict[str, Any] | None:
    audio = splice(staging.audio(attack), staging.audio(body), at_s)
    if audio is None:
        return None
    text = f"{attack['file']} {body['file']} {at_s:.6f}"
    key = f"splice-{hashlib.sha1(text.encode()).hexdigest()[:12]}"
    staging.stage(key, audio)
    licences = dict.fromkeys(row["licence"] for row in (attack, body) if row["licence"])
    return {
        **facts_of(measured(audio)),
        "key": key,
        "given": {},
        "file": f"{body['class']}/{key}.flac",
        "class": body["class"],
        "source_drum": body["source_drum"],
        "sampling_weight": body["sampling_weight"],
        "licence": " AND ".join(licences),
        "split": "train",
        "from_source": "splice",
        "class_by": "splice",
        "attack_of": attack["file"],
        "body_of": body["file"],
    }
