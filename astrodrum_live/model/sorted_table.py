"""leveldb's immutable table, as TensorFlow writes it: sorted keys in checksummed blocks.

A footer of 48 bytes points at an index block, whose values point at the data blocks. In a block a
key is told by what it shares with the key before it. The format: leveldb, doc/table_format.md.
"""

import struct
from collections.abc import Iterator

from astrodrum_live.model.crc32c import crc32c, masked

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
TRAILER = 5  # the kind of compression, and the masked CRC of block and kind


def read_table(blob: bytes) -> dict[bytes, bytes]:
    """Every key and its value.

    Errors: ``ValueError`` saying what is wrong with a table that is cut short or damaged.
    """
    if len(blob) < FOOTER:
        raise ValueError(f"it has {len(blob)} bytes, too few for a table")
    if int.from_bytes(blob[-8:], "little") != MAGIC:
        raise ValueError("it does not end as a table does")
    footer = blob[-FOOTER:-8]
    _, at = _handle(footer, 0)  # the meta-index, which TensorFlow leaves empty
    place, _ = _handle(footer, at)
    found: dict[bytes, bytes] = {}
    for _, told in _entries(_block(blob, *place)):
        found.update(_entries(_block(blob, *_handle(told, 0)[0])))
    return found


def varint(blob: bytes, at: int) -> tuple[int, int]:
    """A number of 7 bits a byte, low ones first, and where the next byte is.

    Errors: ``ValueError`` where it does not end within 10 bytes.
    """
    value = 0
    for i, byte in enumerate(blob[at : at + 10]):
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value, at + i + 1
    raise ValueError(f"a number at byte {at} does not end")


def _handle(blob: bytes, at: int) -> tuple[tuple[int, int], int]:
    """A block's start and size, and where the next byte is."""
    start, at = varint(blob, at)
    size, at = varint(blob, at)
    return (start, size), at


def _block(blob: bytes, start: int, size: int) -> bytes:
    stored = blob[start : start + size + TRAILER]
    if len(stored) < size + TRAILER:
        raise ValueError(f"a block of {size} bytes at byte {start} is not all there")
    kind, crc = struct.unpack("<BI", stored[size:])
    if masked(crc32c(stored[: size + 1])) != crc:
        raise ValueError(f"the block at byte {start} is damaged (its checksum differs)")
    if kind:
        raise ValueError(
            f"the block at byte {start} is compressed (kind {kind}); TensorFlow's own checkpoints "
            "are not"
        )
    return stored[:size]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise ValueError("a block has no room for its restarts")
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        added, at = varint(block, at)
        size, at = varint(block, at)
        if shared > len(key) or at + added + size > end:
            raise ValueError("a block's entry reaches beyond it")
        key = key[:shared] + block[at : at + added]
        at += added + size
        yield key, block[at - size : at]
