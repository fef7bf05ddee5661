"""From times that were sent, noted and found, to a result: stages, and what went wrong."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from astrodrum_live.latency.matching import EARLY_NS, match
from astrodrum_live.latency.stages import Result, Trouble

CALM_NS = 1_000_000_000
NEXT = ("arrival", "command", "block", "output")


def judge(
    name: str, stream: str, rate: int, block: int, pads: np.ndarray, sent_ns: np.ndarray,
    meant_ns: np.ndarray, sounded_ns: Sequence[np.ndarray],
    noted_ns: Mapping[str, Sequence[np.ndarray]], tagged: bool = False,
    facts: Mapping[str, object] | None = None, lost_ns: np.ndarray | None = None,
) -> Result:  # fmt: skip
    """A ``Result`` of n strokes.

    ``pads``, ``sent_ns``, ``meant_ns``: (n,); what was meant is the time sent, or the tag's.
    ``sounded_ns``: for each pad, when its burst was found in the output. ``noted_ns``: the end of
    every inner stage that was watched, likewise for each pad; all of one clock. ``lost_ns``: when
    the server lost blocks, after which every clock map, its own too, has to settle anew.
    """
    heard = match(meant_ns, pads, sounded_ns)
    ends = {"sent": sent_ns.astype(float)}
    for stage, times in noted_ns.items():
        # by the clock map a block may begin a little before what it obeys was sent
        late = stage == "block"
        meant = meant_ns if late else sent_ns
        ends[stage] = match(meant, pads, times, EARLY_NS if late else 0).at_ns
    ends["output"] = heard.at_ns
    stages = {"total": (heard.at_ns - meant_ns) / 1e6}
    known = [stage for stage in ("sent", *NEXT) if stage in ends]
    for before, stage in pairwise(known):
        waits = tagged and stage == "block"  # until its tag, on purpose
        is_total = (before, stage) == ("sent", "output")
        if not waits and not is_total:
            stages[stage] = (ends[stage] - ends[before]) / 1e6
    if lost_ns is not None and len(lost_ns):
        since_ns = meant_ns[:, None] + EARLY_NS - lost_ns[None, :]
        calm = ~((since_ns > 0) & (since_ns < CALM_NS)).any(axis=1)
        stages["calm"] = np.where(calm, stages["total"], np.nan)
    start_ns = float(sent_ns[0]) if len(sent_ns) else 0.0
    at_s = (sent_ns - start_ns) / 1e9
    troubles = [Trouble("missing", int(pads[one]), _s(at_s[one])) for one in heard.missing]
    troubles += [
        Trouble("doubled", int(pads[one]), _s((at - start_ns) / 1e9)) for one, at in heard.doubled
    ]
    troubles += [Trouble("stray", pad, _s((at - start_ns) / 1e9)) for pad, at in heard.strays]
    return Result(name, stream, rate, block, at_s, stages, troubles, tagged, dict(facts or {}))


def _s(seconds: float) -> float:
    return round(float(seconds), 6)
