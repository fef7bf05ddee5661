"""TensorFlow's checkpoint files (Saver V2), read without TensorFlow.

``PREFIX.index`` is a sorted table from tensor names to BundleEntryProto messages (TensorFlow's
``tensor_bundle.proto``); the bytes lie in ``PREFIX.data-00000-of-00001`` and on.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.crc32c import crc32c, masked
from astrodrum_live.model.sorted_table import read_table, varint

DTYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    9: "<i8",
    19: "<f2",
}  # tensorflow/core/framework/types.proto
ENDINGS = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})$")
LATEST = re.compile(r'^model_checkpoint_path:\s*"(.*)"', re.MULTILINE)
AGAIN = "copy the checkpoint's files again"


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies. ``dtype``: TensorFlow's number. ``crc``: masked, of its bytes."""

    dtype: int = 0
    shape: tuple[int, ...] = ()
    shard: int = 0
    offset: int = 0
    size: int = 0
    crc: int = 0
    sliced: bool = False


@dataclass(frozen=True)
class TensorBundle:
    """The tensors of one checkpoint. Made by ``open_bundle``; a tensor is read when asked for."""

    prefix: Path
    shards: int
    entries: dict[str, Entry] = field(repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def shape(self, name: str) -> tuple[int, ...]:
        """A tensor's shape. Errors: ``ModelError`` where there is no such tensor."""
        return self._entry(name).shape

    def read(self, name: str) -> np.ndarray:
        """A tensor, checked against its checksum.

        Errors: ``ModelError`` naming the tensor where it is missing, of a type that no network
        has, split, cut short or damaged.
        """
        entry = self._entry(name)
        path = Path(f"{self.prefix}.data-{entry.shard:05d}-of-{self.shards:05d}")
        if entry.sliced:
            raise ModelError(
                f"{self.prefix}.index: tensor '{name}' is split over several parts; save the "
                "checkpoint again without partitioned variables"
            )
        if entry.dtype not in DTYPES:
            raise ModelError(f"{self.prefix}.index: tensor '{name}' is of type {entry.dtype}; "
                             "only numbers can be read")  # fmt: skip
        dtype = np.dtype(DTYPES[entry.dtype])
        if math.prod(entry.shape) * dtype.itemsize != entry.size:
            raise ModelError(
                f"{self.prefix}.index: tensor '{name}' of shape {entry.shape} is said to have "
                f"{entry.size} bytes; {AGAIN}"
            )
        if path.is_file() and path.stat().st_size < entry.offset + entry.size:
            raise ModelError(f"{path}: cut short, tensor '{name}' is not all there; {AGAIN}")
        blob = _bytes(path, entry.offset, entry.size)
        if masked(crc32c(blob)) != entry.crc:
            raise ModelError(f"{path}: tensor '{name}' is damaged (its checksum differs); {AGAIN}")
        return np.frombuffer(blob, dtype).reshape(entry.shape)

    def _entry(self, name: str) -> Entry:
        if name not in self.entries:
            raise ModelError(
                f"{self.prefix}.index: tensor '{name}' is missing; it holds "
                f"{_some(list(self.entries))}"
            )
        return self.entries[name]


def open_bundle(path: Path) -> TensorBundle:
    """The checkpoint at ``path``: its prefix, one of its files, or a folder of checkpoints.

    In a folder it is the one that its file ``checkpoint`` names, or the only one.
    Errors: ``ModelError`` for a checkpoint that is not there, not of this kind, or damaged.
    """
    prefix = _in_folder(path) if path.is_dir() else path.with_name(ENDINGS.sub("", path.name))
    index = Path(f"{prefix}.index")
    if not index.is_file() and prefix.is_file():
        raise ModelError(
            f"{prefix}: is not a TensorFlow checkpoint of version 2, which has a file {index.name} "
            "beside it; save it again with a Saver of TensorFlow 1.0 or newer"
        )
    try:
        table = read_table(_bytes(index))
        header = dict(_fields(table.pop(b"", b"")))
        entries = {
            name.decode("utf-8"): _read_entry(message) for name, message in sorted(table.items())
        }
    except ValueError as error:
        raise ModelError(f"{index}: cannot be read as a checkpoint: {error}; {AGAIN}") from error
    shards = header.get(1, 0)
    if not isinstance(shards, int) or not shards or header.get(2, 0):
        raise ModelError(f"{index}: has no usable header (or is big-endian); {AGAIN}")
    return TensorBundle(prefix, shards, entries)


def _in_folder(folder: Path) -> Path:
    told = folder / "checkpoint"
    if told.is_file():
        text = told.read_text(encoding="utf-8", errors="replace")
        if found := LATEST.search(text):
            return folder / Path(found[1].replace("\\", "/")).name  # the folder may have been moved
        raise ModelError(f"{told}: does not name a checkpoint; give the path of one")
    names = sorted(path.name for path in folder.glob("*.index"))
    if len(names) != 1:
        raise ModelError(
            f"{folder}: holds {len(names)} checkpoints and no file 'checkpoint' that names one"
            + (f": {_some(names)}; give the path of one" if names else "; give one's path")
        )
    return folder / ENDINGS.sub("", names[0])


def _bytes(path: Path, offset: int = 0, size: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {AGAIN}") from error


def _read_entry(message: bytes) -> Entry:
    told = dict(_fields(message))
    sizes = [
        _number(dict(_fields(_message(dim))).get(1, 0))
        for number, dim in _fields(_message(told.get(2, b"")))
        if number == 2
    ]
    dtype, shard, offset, size, crc = (_number(told.get(i, 0)) for i in (1, 3, 4, 5, 6))
    return Entry(dtype, tuple(sizes), shard, offset, size, crc, sliced=7 in told)


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("an entry has bytes where a number belongs")
    return value


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("an entry has a number where a message belongs")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and values of a protocol buffer message (its wire types 0, 1, 2 and 5)."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, wire = key >> 3, key & 7
        value: int | bytes
        if wire == 0:
            value, at = varint(message, at)
        elif wire in (1, 2, 5):
            size = {1: 8, 5: 4}.get(wire, 0)
            if wire == 2:
                size, at = varint(message, at)
            value, at = message[at : at + size], at + size
            if at > len(message):
                raise ValueError("a field reaches beyond its message")
            if wire != 2:
                value = int.from_bytes(value, "little")
        else:
            raise ValueError(f"a field has the unknown kind {wire}")
        yield number, value


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown or "none"
