"""The latency lab's bursts as a SoundFont 2.01, for a player that reads nothing else.

Chunks and generators by E-mu's 'SoundFont Technical Specification'. The drum kit of channel 10
(bank 128), a key for each pad, no envelope, no loop.
"""

import struct
from pathlib import Path

import numpy as np

from astrodrum_live.latency.sounds import bursts
from astrodrum_live.latency.streams import FIRST_NOTE

DRUM_BANK = 128
SILENCE_AFTER = 46  # zeros that the specification wants behind each sample
AT_ONCE = -32768  # of a time in timecents: none at all
_DELAY, _ATTACK, _INSTRUMENT, _KEYS, _SAMPLE, _ROOT = 33, 34, 41, 43, 53, 58
_MONO = 1


def write_soundfont(path: Path, rate: int) -> None:
    """The bursts at ``rate`` Hz."""
    sounds = np.round(32767 * bursts(rate)).astype("<i2")
    pads, frames = sounds.shape
    room = frames + SILENCE_AFTER
    audio = np.pad(sounds, ((0, 0), (0, SILENCE_AFTER))).tobytes()
    zones = [_zone(pad) for pad in range(pads)]
    size = len(zones[0]) // 4
    sample_heads = b"".join(
        struct.pack("<20sIIIIIBbHH", f"t{pad}".encode(), pad * room, pad * room + frames, 0, 0,
                    rate, FIRST_NOTE + pad, 0, 0, _MONO)
        for pad in range(pads)
    )  # fmt: skip
    names = struct.pack("<20sHHHIII", b"Latency", 0, DRUM_BANK, 0, 0, 0, 0)
    kit = (
        _chunk("phdr", names + struct.pack("<20sHHHIII", b"EOP", 0, 0, 1, 0, 0, 0)),
        _chunk("pbag", struct.pack("<4H", 0, 0, 1, 0)),
        _chunk("pmod", bytes(10)),
        _chunk("pgen", _generator(_INSTRUMENT, 0) + bytes(4)),
        _chunk("inst", struct.pack("<20sH20sH", b"Latency", 0, b"EOI", pads)),
        _chunk("ibag", b"".join(struct.pack("<HH", size * zone, 0) for zone in range(pads + 1))),
        _chunk("imod", bytes(10)),
        _chunk("igen", b"".join(zones) + bytes(4)),
        _chunk("shdr", sample_heads + struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9)),
    )
    about = (_chunk("ifil", struct.pack("<HH", 2, 1)), _chunk("isng", b"EMU8000\0"),
             _chunk("INAM", b"Latency\0"))  # fmt: skip
    body = _list("INFO", *about) + _list("sdta", _chunk("smpl", audio)) + _list("pdta", *kit)
    path.write_bytes(_chunk("RIFF", b"sfbk" + body))


def _zone(pad: int) -> bytes:
    """The key range is the first and the sample the last, as the specification has it."""
    key = FIRST_NOTE + pad
    return b"".join((
        struct.pack("<HBB", _KEYS, key, key), _generator(_DELAY, AT_ONCE),
        _generator(_ATTACK, AT_ONCE), _generator(_ROOT, key), _generator(_SAMPLE, pad),
    ))  # fmt: skip


def _generator(which: int, amount: int) -> bytes:
    return struct.pack("<Hh", which, amount)


def _list(kind: str, *chunks: bytes) -> bytes:
    return _chunk("LIST", kind.encode() + b"".join(chunks))


def _chunk(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
