"""How late: the latency lab, all players side by side on one JACK graph in the same seconds."""

import threading
from collections.abc import Iterator, Sequence

from astrodrum_live.latency.graph import Open, Wish, jack_server, run_on_jack
from astrodrum_live.latency.stages import PEER, Result
from astrodrum_live.latency.streams import make_stream
from benchmarks.fluidsynth import NAME as FLUIDSYNTH
from benchmarks.fluidsynth import open_fluidsynth
from benchmarks.peers import Tell, beside, missing
from benchmarks.rows import Row

RATE, BLOCK, SECONDS = 48000, 64, 5.0
BOTH = ("soonest", "steady")
TAGGED_SD_MS = 0.1
KIND = {"osc": "OSC", "midi": "MIDI", "tagged": "time-tagged OSC"}


def measure(tell: Tell) -> Iterator[Row]:
    """OSC for now and time-tagged beside scsynth, MIDI beside fluidsynth. A peer that is not here
    leaves our figures alone in their rows."""
    scsynth, fluidsynth = missing("scsynth"), missing("fluidsynth")
    for gone in filter(None, (scsynth, fluidsynth)):
        tell(gone)

    beside_it, guest = scsynth is None, None if fluidsynth else open_fluidsynth
    for way in (
        lambda: rows_of(_play(Wish("osc", BOTH, beside_it)), "osc", PEER),
        lambda: tagged_rows(_play(Wish("tagged", BOTH, beside_it))),
        lambda: rows_of(_play(Wish("midi", BOTH), guest), "midi", FLUIDSYNTH),
    ):
        yield from beside(["jackd"], way, tell)


def _play(wish: Wish, guest: Open | None = None) -> list[Result]:
    stream = make_stream("notes", SECONDS)
    with jack_server(BLOCK, RATE):
        return run_on_jack(stream, wish, threading.Event(), lambda what, share: None, guest)


def rows_of(results: Sequence[Result], by: str, peer: str) -> list[Row]:
    """Medians and 99th percentiles of the whole way; ``soonest`` is held to the peer's."""
    rows = []
    theirs = next((result for result in results if result.name == peer), None)
    for result in results:
        if result.name == peer:
            continue
        for figure in ("p50", "p99"):
            beside = _figure(theirs, figure) if theirs else None
            rows.append(
                Row(
                    f"{KIND[by]} to sound, `{result.name}`, {figure}", "ms",
                    _figure(result, figure), peer if beside is not None else "", beside,
                    ratio=1.0 if result.name == "soonest" and by == "osc" else None,
                    note=lost(result, theirs),
                )
            )  # fmt: skip
    return rows


def tagged_rows(results: Sequence[Result]) -> list[Row]:
    """The spread of the error against the time tag."""
    theirs = next((result for result in results if result.name == PEER), None)
    return [
        Row(
            f"{KIND['tagged']}, `{result.name}`, SD of the error", "ms", _figure(result, "sd"),
            PEER if theirs else "", _figure(theirs, "sd") if theirs else None,
            bound=TAGGED_SD_MS, note=lost(result, theirs),
        )
        for result in results
        if result.name != PEER
    ]  # fmt: skip


def lost(*results: Result | None) -> str:
    """What went wrong, for both."""
    told = []
    for result in filter(None, results):
        kinds = [trouble.what for trouble in result.troubles]
        told += [
            f"{result.name}: {kinds.count(kind)} {kind} of {len(result.at_s)}"
            for kind in sorted(set(kinds))
        ]
    return "; ".join(told)


def _figure(result: Result, figure: str) -> float:
    """Where no block was lost, if that was watched."""
    summary = result.summary()
    return (summary.get("calm") or summary["total"])[figure]
