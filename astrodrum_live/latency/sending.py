"""The streams of all players sent in one time line, each stroke noted as it is sent."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from astrodrum_live.control.osc.due import both_clocks
from astrodrum_live.latency.senders import LEAD_S, Sender
from astrodrum_live.latency.streams import Stream
from astrodrum_live.now import now_ns

STAGGER_S = 0.0053  # between two players' strokes, so that neither waits for the other's


@dataclass(frozen=True)
class Sent:
    """``pads``, ``sent_ns``, ``meant_ns``: (n,), of the strokes that were sent."""

    pads: np.ndarray
    sent_ns: np.ndarray
    meant_ns: np.ndarray


def send(
    stream: Stream,
    senders: Sequence[Sender],
    stop: threading.Event,
    tell: Callable[[float], None] = lambda share: None,
) -> list[Sent]:
    """Send ``stream`` to every sender, each a little after the one before. Returns what was sent to
    each until the end, or until ``stop`` was set. ``tell`` is told how much is done, 0..1."""
    line: list[tuple[float, int, int, bytes]] = []
    for which in range(len(senders)):
        shift_s = which * STAGGER_S
        line += [(at + shift_s, which, stroke, b"") for stroke, at in enumerate(stream.at_s)]
        line += [(at + shift_s, which, -1, message) for at, message in stream.others]
    line.sort()
    sent: list[list[tuple[int, int, int]]] = [[] for _ in senders]
    begin_ns = now_ns()
    for done, (at_s, which, stroke, message) in enumerate(line):
        wait_s = at_s - (now_ns() - begin_ns) / 1e9
        if (wait_s > 0 and stop.wait(wait_s)) or stop.is_set():
            break
        if stroke >= 0:
            sent[which].append(_strike(senders[which], int(stream.pads[stroke])))
        else:
            senders[which].other(message)
        if done % 16 == 0:
            tell(done / len(line))
    columns = [np.array(rows, np.int64).reshape(-1, 3).T for rows in sent]
    return [Sent(*rows) for rows in columns]


def _strike(sender: Sender, pad: int) -> tuple[int, int, int]:
    """Pad, when it was sent, when it was meant: both on ``astrodrum_live.now``."""
    read_ns, unix_ns = both_clocks()
    lead_ns = round(LEAD_S * 1e9) if sender.tagged else 0
    sent_ns = sender.strike(pad, unix_ns + lead_ns)
    return pad, sent_ns, read_ns + lead_ns if sender.tagged else sent_ns
