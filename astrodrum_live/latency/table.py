"""The figures as text: the totals beside each other first, then every player's stages."""

from collections.abc import Sequence

from astrodrum_live.latency.stages import FIGURES, PEER, WORDS, Result

_SHOWN = 5  # troubles of a kind that are listed one by one


def table(results: Sequence[Result], limit_ms: float | None = None) -> str:
    """Plain text, milliseconds."""
    width = max([len(result.name) for result in results] + [8])
    lines = [_head("total, ms", width)]
    for result in results:
        figures = result.summary().get("total", {})
        hits = len(result.at_s) - sum(one.what == "missing" for one in result.troubles)
        note = f"  {hits}/{len(result.at_s)} hits"
        lines.append(_row(result.name, figures, width) + note)
    lines += _beside_the_peer(results)
    for result in results:
        rows = {stage: row for stage, row in result.summary().items() if stage != "total"}
        if rows:
            lines += ["", _head(result.name, width)]
            lines += [_row(stage, row, width) + f"  {WORDS[stage]}" for stage, row in rows.items()]
    for result in results:
        lines += _disturbed(result) + _troubles(result)
        if limit_ms is not None and (late := result.above(limit_ms)):
            at_s, worst = max(late, key=lambda one: abs(one[1]))
            lines.append(
                f"{result.name}: {len(late)} hits above {limit_ms:g} ms,"
                f" the worst {worst:.2f} ms at {at_s:.3f} s"
            )
    return "\n".join(lines)


def _beside_the_peer(results: Sequence[Result]) -> list[str]:
    """Ratios: both had the same machine at the same time, so that its noise is in both."""
    peer = next((_fairest(one) for one in results if one.name == PEER), None)
    lines = []
    for result in results:
        ours = _fairest(result)
        if peer and ours and result.name != PEER:
            keys = ("sd",) if result.tagged else ("p50", "p99", "sd")
            shares = [f"{_shown(key)} {ours[key] / peer[key]:.2f}" for key in keys]
            lines.append(f"{result.name}, times {PEER}'s: {', '.join(shares)}")
    return lines


def _fairest(result: Result) -> dict[str, float]:
    """What says most of a player and least of the machine."""
    summary = result.summary()
    return summary.get("calm") or summary.get("total", {})


def _disturbed(result: Result) -> list[str]:
    """What else was wrong, and makes the figures worse than the instrument is."""
    named = (
        ("disturbances", "blocks lost or late by the graph"),
        ("xruns", "xruns"),
        ("late", "hits late for their frame"),
    )
    told = [f"{result.facts[key]} {words}" for key, words in named if result.facts.get(key)]
    return [f"{result.name}: {', '.join(told)}"] if told else []


def _troubles(result: Result) -> list[str]:
    lines = []
    for what in ("missing", "doubled", "stray"):
        found = [one for one in result.troubles if one.what == what]
        if found:
            when = ", ".join(f"{one.at_s:.3f} s (t{one.pad})" for one in found[:_SHOWN])
            more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            lines.append(f"{result.name}: {len(found)} {what}: {when}{more}")
    return lines


def _head(title: str, width: int) -> str:
    return f"{title:{width}}" + "".join(f"{_shown(name):>9}" for name in FIGURES)


def _shown(figure: str) -> str:
    return "SD" if figure == "sd" else figure


def _row(name: str, figures: dict[str, float], width: int) -> str:
    cells = [f"{figures[key]:9.3f}" if key in figures else f"{'-':>9}" for key in FIGURES]
    return f"{name:{width}}" + "".join(cells)
