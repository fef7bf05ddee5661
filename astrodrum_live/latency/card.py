"""The path through the platform's own MIDI and sound card; the sound as it was given to the card,
or as it comes back through a cable."""

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from astrodrum_live.latency.cable import Cable
from astrodrum_live.latency.finding import find_bursts
from astrodrum_live.latency.judging import judge
from astrodrum_live.latency.players import Instrument, Notes, PlayerError
from astrodrum_live.latency.senders import MidiSender, OscSender, Sender, hit_message
from astrodrum_live.latency.sending import send
from astrodrum_live.latency.sounds import bursts, write_test_kit
from astrodrum_live.latency.stages import Result
from astrodrum_live.latency.streams import Stream

SETTLE_S = 3.0
TAIL_S = 0.6

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class CardWish:
    """``by``: midi, osc or tagged. ``audio``: output, None for the default; ``loopback``: the input
    at the cable's other end, None to look at what the card was given. ``midi_api``: see RtMidi."""

    by: str
    timing: str
    block: int
    rate: int
    audio: str | None
    loopback: str | None
    midi_api: str
    busy: bool


def run_on_card(stream: Stream, wish: CardWish, stop: threading.Event, tell: Tell) -> Result:
    """Play ``stream`` to an instrument on a sound card.

    Without a cable the output is what the card was given, each frame at the time that the engine's
    clock has for it plus the latency that the device admits to.
    Errors: ``PlayerError``, ``MidiPortError``, ``DeviceError``.
    """
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="latency-")))
        record = folder / "given.wav"
        name = f"latency-{wish.timing}"
        if wish.by == "midi":
            sender: Sender = MidiSender(name, wish.midi_api)
            opened.callback(sender.close)
        tell(f"starting {wish.timing}", 0.0)
        player = Instrument(
            wish.timing, write_test_kit(folder, wish.rate), timing=wish.timing, rate=wish.rate,
            block=wish.block, audio=wish.audio, midi=name if wish.by == "midi" else "none",
            midi_api=wish.midi_api, busy=wish.busy, record=record,
        )  # fmt: skip
        opened.callback(player.kill)
        if wish.by != "midi":
            sender = OscSender(player.osc_port, wish.by == "tagged", hit_message)
            opened.callback(sender.close)
        rate, block = int(player.facts["rate"]), int(player.facts["block"])
        cable = Cable(wish.loopback, rate) if wish.loopback is not None else None
        if cable:
            opened.callback(cable.close)
        stop.wait(SETTLE_S)
        (sent,) = send(stream, [sender], stop, lambda share: tell(f"playing {stream.name}", share))
        time.sleep(TAIL_S)
        heard = cable.stop() if cable else None
        tell("finding the hits", 1.0)
        notes = player.end()
        if heard is None:
            sounded = _given(record, notes, rate)
        else:
            sound, begin_ns, ns_per_frame = heard
            sounded = [begin_ns + at * ns_per_frame for at in find_bursts(sound, bursts(rate))]
    facts = {"path": "loopback" if cable else "platform", "by": wish.by, **notes.facts}
    return judge(
        wish.timing, stream.name, rate, block, sent.pads, sent.sent_ns, sent.meant_ns, sounded,
        notes.stages, sender.tagged, facts,
    )  # fmt: skip


def _given(record: Path, notes: Notes, rate: int) -> list[np.ndarray]:
    """When each hit in the recording of what the card was given was at the loudspeaker, ns."""
    frames, at_ns = (
        np.sort(np.concatenate(columns)) for columns in (notes.obeyed_frames, notes.stages["block"])
    )
    if not len(frames):
        return [np.zeros(0)] * len(notes.obeyed_frames)
    sound, recorded = soundfile.read(record, always_2d=True)
    if recorded != rate:
        raise PlayerError(f"recorded at {recorded} Hz, and played at {rate} Hz")
    found = find_bursts(sound.mean(axis=1), bursts(rate))
    out_ns = float(notes.facts["device_latency_ms"]) * 1e6
    return [_times(at, frames, at_ns, rate) + out_ns for at in found]


def _times(at: np.ndarray, frames: np.ndarray, at_ns: np.ndarray, rate: int) -> np.ndarray:
    """Frames to times, by the nearest frame whose time is known."""
    nearest = np.clip(np.searchsorted(frames, at), 0, len(frames) - 1)
    return at_ns[nearest] + (at - frames[nearest]) * 1e9 / rate
