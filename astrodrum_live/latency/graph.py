"""The path through JACK: real MIDI ports or OSC in, the sound taken off the same graph."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import which

import numpy as np

from astrodrum_live.latency import scsynth
from astrodrum_live.latency.finding import find_bursts
from astrodrum_live.latency.frame_times import frame_times
from astrodrum_live.latency.jack_capture import JackCapture, JackError, wait_for_outputs
from astrodrum_live.latency.judging import judge
from astrodrum_live.latency.players import Instrument, Player
from astrodrum_live.latency.senders import MidiSender, OscSender, Sender, hit_message
from astrodrum_live.latency.sending import send
from astrodrum_live.latency.sounds import bursts, write_test_kit
from astrodrum_live.latency.stages import PEER, Result
from astrodrum_live.latency.streams import Stream

SETTLE_S = 3.0  # until the clock maps run at their final bandwidth (rt/clock.py)
TAIL_S = 0.4
SPARE_S = 8.0  # of the recording: a machine that stalls
ANSWER_S = 15.0
RATE = 48000

Tell = Callable[[str, float], None]  # what is going on, how much of it is done
Open = Callable[[JackCapture, ExitStack], tuple[Player, Sender]]


@dataclass(frozen=True)
class Wish:
    """``by``: midi, osc or tagged. ``timings``: of the instruments that play side by side.

    ``peer``: scsynth too. ``busy``: a Python thread computes in every instrument meanwhile.
    """

    by: str
    timings: Sequence[str]
    peer: bool = False
    busy: bool = False


def run_on_jack(
    stream: Stream, wish: Wish, stop: threading.Event, tell: Tell, guest: Open | None = None
) -> list[Result]:
    """Play ``stream`` to all that are wished for, on the JACK server of this environment.

    ``guest`` opens one more player, measured as the others are: it makes the test kit's bursts
    heard on the graph, and gives back itself and what strikes it.
    Errors: ``JackError``, ``PlayerError``, ``MidiPortError``.
    """
    names = [*wish.timings, *[PEER] * wish.peer]
    opens: list[Open] = [partial(_open, name, wish) for name in names]
    opens += [guest] if guest else []
    with ExitStack() as opened:
        seconds = float(stream.at_s[-1]) + TAIL_S + SPARE_S
        capture = JackCapture(len(opens), seconds)
        opened.callback(capture.close)
        players: list[Player] = []
        senders: list[Sender] = []
        for index, open_one in enumerate(opens):
            tell(f"starting {[*names, 'the guest'][index]}", 0.0)
            before = capture.outputs()
            player, sender = open_one(capture, opened)
            players.append(player)
            senders.append(sender)
            capture.connect(wait_for_outputs(capture, before), index)
        stop.wait(SETTLE_S)
        capture.begin()
        sent = send(stream, senders, stop, lambda share: tell(f"playing {stream.name}", share))
        time.sleep(TAIL_S)
        sound, frames, woken_ns = capture.stop()
        tell("finding the hits", 1.0)
        notes = [player.end() for player in players]
    if not len(frames):
        raise JackError("the JACK server has ended, or stands still")
    at_ns, lost_ns = frame_times(frames, woken_ns, capture.rate, capture.block)
    results = []
    for player, sender, one, noted, heard in zip(players, senders, sent, notes, sound, strict=True):
        found = [np.interp(at, frames, at_ns) for at in find_bursts(heard, bursts(capture.rate))]
        facts = {"path": "jack", "by": wish.by, "disturbances": len(lost_ns), **noted.facts}
        results.append(
            judge(
                player.name, stream.name, capture.rate, capture.block, one.pads, one.sent_ns,
                one.meant_ns, found, noted.stages, sender.tagged, facts, lost_ns,
            )
        )  # fmt: skip
    return results


def _open(name: str, wish: Wish, capture: JackCapture, opened: ExitStack) -> tuple[Player, Sender]:
    tagged = wish.by == "tagged"
    if name == PEER:
        peer = scsynth.Scsynth(capture.rate, capture.block)
        opened.callback(peer.kill)
        sender: Sender = OscSender(peer.osc_port, tagged, scsynth.strike_message)
        opened.callback(sender.close)
        return peer, sender
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="latency-")))
    kit = write_test_kit(folder, capture.rate)
    midi = f"latency-{name}" if wish.by == "midi" else "none"
    if wish.by == "midi":
        sender = MidiSender(midi, "jack")
        opened.callback(sender.close)
    player = Instrument(
        name, kit, timing=name, rate=capture.rate, block=capture.block, audio="system",
        midi=midi, midi_api="jack", busy=wish.busy,
    )  # fmt: skip
    opened.callback(player.kill)
    if wish.by != "midi":
        sender = OscSender(player.osc_port, tagged, hit_message)
        opened.callback(sender.close)
    return player, sender


@contextmanager
def jack_server(block: int, rate: int = RATE) -> Iterator[str]:
    """The JACK server that runs, or one of our own on the dummy driver; told in words.

    Errors: ``JackError``. Thread: main, before anything else meets JACK.
    """
    try:
        running = JackCapture(1, 0.1)
    except JackError:
        with _own_server(block, rate) as name:
            yield f"a JACK server of its own, {name}, on the dummy driver"
        return
    running.close()
    yield f"the JACK server that runs, {running.block} frames at {running.rate} Hz"


@contextmanager
def _own_server(block: int, rate: int) -> Iterator[str]:
    if which("jackd") is None:
        raise JackError("no JACK server answers, and there is no jackd: apt install jackd2")
    name = f"astrodrum-latency-{os.getpid()}"
    command = ["jackd", "-n", name, "-d", "dummy", "-r", str(rate), "-p", str(block)]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )  # a Ctrl-C is for us: what was played until then is still to be found
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = name
    os.environ["JACK_NO_START_SERVER"] = "1"
    try:
        _wait_for(server)
        yield name
    finally:
        server.terminate()
        server.wait(10)
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before
        for left in Path("/dev/shm").glob(f"jack_sem.*_{name}_*"):  # of clients that outlived it
            left.unlink()


def _wait_for(server: subprocess.Popen) -> None:
    deadline_s = time.monotonic() + ANSWER_S
    while time.monotonic() < deadline_s and server.poll() is None:
        try:
            JackCapture(1, 0.1).close()
            return
        except JackError:
            time.sleep(0.1)
    raise JackError("jackd does not start here")
