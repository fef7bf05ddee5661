"""Voices for scsynth without a sound card: a score of synths that read a buffer, rendered by -N."""

import struct
import subprocess
from pathlib import Path

from astrodrum_live.control.osc.encode import encode
from astrodrum_live.latency.synth_definition import AUDIO, CONTROL, synth, unit

ONE, ZERO = (-1, 0), (-1, 1)  # inputs that are constants
_CONSTANTS = (1.0, 0.0)
AT_ONCE = 64  # messages to a bundle: a packet holds 8192 bytes


def score(
    sound: Path, graph: str, rate: float, voices: int, seconds: float, buffers: int = 1
) -> bytes:
    """``voices`` synths of a graph that loop a sound file, for so long; dealt to ``buffers``, each
    of which holds the file.
    """
    parts = [bundle(0.0, encode("/d_recv", [GRAPHS[graph]]))]
    parts += [
        bundle(0.0, encode("/b_allocRead", [buffer, str(sound)])) for buffer in range(buffers)
    ]
    news = [
        encode(
            "/s_new",
            [graph, 1000 + voice, 0, 0, "rate", float(rate), "buffer", float(voice % buffers)],
        )
        for voice in range(voices)
    ]
    for first in range(0, voices, AT_ONCE):
        parts.append(bundle(0.001, *news[first : first + AT_ONCE]))
    parts.append(bundle(seconds, encode("/c_set", [0, 0.0])))  # a score ends with its last bundle
    return b"".join(parts)


def bundle(at_s: float, *messages: bytes) -> bytes:
    """A bundle as scores have it, its length before it."""
    whole = int(at_s)
    body = b"#bundle\0" + struct.pack(">II", whole, int((at_s - whole) * 2**32))
    body += b"".join(_int(len(message)) + message for message in messages)
    return _int(len(body)) + body


def render(folder: Path, written: bytes, rate: int, block: int, patience_s: float) -> None:
    """Let scsynth render a score to ``folder/out.wav``. Errors: ``subprocess.SubprocessError``."""
    path = folder / "score.osc"
    path.write_bytes(written)
    command = ["scsynth", "-N", str(path), "_", str(folder / "out.wav"), str(rate), "WAV", "float"]
    command += ["-o", "2", "-i", "0", "-z", str(block), "-n", "4096"]
    subprocess.run(command, check=True, capture_output=True, timeout=patience_s)


def _int(value: int) -> bytes:
    return struct.pack(">i", value)


_READ = (
    unit("Control", CONTROL, [], 2),
    unit("PlayBuf", AUDIO, [(0, 0), (0, 1), ONE, ZERO, ONE, ZERO], 1),  # looped
)
_PARAMS = {"buffer": 0.0, "rate": 1.0}
GRAPHS = {  # what a voice is
    "panned": synth(
        "panned", _PARAMS, _CONSTANTS,
        [*_READ, unit("Pan2", AUDIO, [(1, 0), ZERO, ONE], 2),
         unit("Out", AUDIO, [ZERO, (2, 0), (2, 1)], 0)],
    ),
    "mono": synth("mono", _PARAMS, _CONSTANTS, [*_READ, unit("Out", AUDIO, [ZERO, (1, 0)], 0)]),
}  # fmt: skip
