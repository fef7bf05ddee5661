"""Checkpoint files written by hand, so that a test can say anything in them."""

from pathlib import Path

import numpy as np

from astrodrum_live.model.crc32c import crc32c, masked
from astrodrum_live.model.sorted_table import read_table

PREFIX = "model.ckpt-18207"
DATA = f"{PREFIX}.data-00000-of-00001"
INDEX = f"{PREFIX}.index"


def number(value: int) -> bytes:
    """A varint."""
    head = b""
    while value > 0x7F:
        head, value = head + bytes([value & 0x7F | 0x80]), value >> 7
    return head + bytes([value])


def write_table(entries: dict[bytes, bytes], kind: int = 0) -> bytes:
    """A table of one block, no key sharing anything with the one before it."""

    def block(pairs: dict[bytes, bytes]) -> bytes:
        body = b"".join(
            b"\0" + number(len(k)) + number(len(v)) + k + v for k, v in sorted(pairs.items())
        )
        body += bytes(4) + (1).to_bytes(4, "little") + bytes([kind])
        return body + masked(crc32c(body)).to_bytes(4, "little")

    def handle(start: int, stored: bytes) -> bytes:
        return number(start) + number(len(stored) - 5)

    data = block(entries)
    index = block({b"\xff": handle(0, data)})
    footer = (b"\0\0" + handle(len(data), index)).ljust(40, b"\0")
    return data + index + footer + bytes.fromhex("57fb808b247547db")


def replace_tensor(
    folder: Path, name: str, array: np.ndarray | None, instead: str | None = None
) -> None:
    """Replace a tensor of a checkpoint, under the name ``instead``, or (None) take it away."""
    entries = read_table((folder / INDEX).read_bytes())
    entries.pop(name.encode())
    if array is not None:
        blob = array.astype("<f4").tobytes()
        start = (folder / DATA).stat().st_size
        with (folder / DATA).open("ab") as out:
            out.write(blob)
        entries[(instead or name).encode()] = _entry(array.shape, start, blob)
    (folder / INDEX).write_bytes(write_table(entries))


def _entry(shape: tuple[int, ...], start: int, blob: bytes) -> bytes:
    """A BundleEntryProto of 32-bit floats."""

    def message(field: int, body: bytes) -> bytes:
        return number(field << 3 | 2) + number(len(body)) + body

    dims = b"".join(message(2, b"\x08" + number(size)) for size in shape)
    place = b"\x20" + number(start) + b"\x28" + number(len(blob))
    crc = b"\x35" + masked(crc32c(blob)).to_bytes(4, "little")
    return b"\x08\x01" + message(2, dims) + place + crc
