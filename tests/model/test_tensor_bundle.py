"""TensorFlow's checkpoint files: read whole, or refused with the name of what is wrong."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from original_graph import FIXTURES
from small_bundles import DATA, INDEX, PREFIX, number, write_table

from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.crc32c import crc32c
from astrodrum_live.model.sorted_table import read_table
from astrodrum_live.model.tensor_bundle import open_bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A training folder that may be damaged."""
    return Path(shutil.copytree(FIXTURES / "post_filter", tmp_path / "train"))


def slow_crc(data: bytes) -> int:
    """The definition, bit by bit."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"", 0), (b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)],
)
def test_known_checksums(data: bytes, crc: int) -> None:
    """The check value of the CRC catalogue, and RFC 3720, appendix B.4."""
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [1, 3, 4, 5, 1000, 32767, 32768, 40001])
def test_checksums_in_lanes_are_those_of_the_definition(size: int) -> None:
    data = np.random.RandomState(size).bytes(size)
    assert crc32c(data) == slow_crc(data)


def test_names_shapes_and_values_of_a_checkpoint(folder: Path) -> None:
    bundle = open_bundle(folder)
    assert bundle.shape("G/upconv_0/conv2d_transpose/kernel") == (1, 25, 8, 16)
    assert "D/downconv_0/conv1d/kernel" in bundle
    assert "G/z_project/dense/kernel/Adam_1" in bundle
    steps = bundle.read("global_step")
    assert (steps.shape, steps.dtype, int(steps)) == ((), np.int64, 18207)
    kernel = bundle.read("G/pp_filt/conv1d/kernel")
    assert (kernel.shape, kernel.dtype) == ((512, 1, 1), np.float32)
    assert 0 < np.abs(kernel).max() < 0.11


@pytest.mark.parametrize("name", ["", PREFIX, INDEX, DATA, f"{PREFIX}.meta"])
def test_a_checkpoint_has_many_names(folder: Path, name: str) -> None:
    assert open_bundle(folder / name).prefix == folder / PREFIX


def test_a_folder_that_was_moved_is_still_understood(folder: Path) -> None:
    (folder / "checkpoint").write_text(f'model_checkpoint_path: "/gone/train/{PREFIX}"\n')
    assert open_bundle(folder).prefix == folder / PREFIX
    (folder / "checkpoint").unlink()
    assert open_bundle(folder).prefix == folder / PREFIX


def change(name: str, edit: Callable[[bytearray], object]) -> Callable[[Path], None]:
    """A damage: a file's bytes edited in place, or replaced by what ``edit`` returns."""

    def apply(folder: Path) -> None:
        blob = bytearray((folder / name).read_bytes())
        (folder / name).write_bytes(edit(blob) or blob)

    return apply


def flip(place: int) -> Callable[[bytearray], None]:
    return lambda blob: blob.__setitem__(place, blob[place] ^ 1)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / INDEX).unlink(), [INDEX, "cannot be read"]),
        (lambda folder: (folder / DATA).unlink(), [DATA, "cannot be read"]),
        (change(INDEX, lambda blob: blob[:-1]), [INDEX, "does not end as a table"]),
        (change(INDEX, lambda blob: blob[:20]), [INDEX, "too few"]),
        (change(INDEX, lambda blob: blob[100:]), [INDEX, "is not all there"]),
        (change(INDEX, flip(40)), [INDEX, "checksum differs"]),
        (change(INDEX, lambda blob: b"rubbish" * 100), [INDEX, "does not end as a table"]),
        (change(DATA, lambda blob: blob[:-1]), [DATA, "cut short", "global_step"]),
        (change(DATA, flip(-3)), [DATA, "'global_step' is damaged"]),
        (lambda folder: (folder / "checkpoint").write_text("?"), ["does not name a checkpoint"]),
    ],
)
def test_a_damaged_checkpoint_is_named(
    folder: Path, damage: Callable[[Path], object], words: list[str]
) -> None:
    damage(folder)
    with pytest.raises(ModelError) as error:
        open_bundle(folder).read("global_step")
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_folder_without_a_choice_asks_for_a_path(folder: Path, tmp_path: Path) -> None:
    (folder / "checkpoint").unlink()
    shutil.copy(folder / INDEX, folder / "model.ckpt-9.index")
    with pytest.raises(ModelError, match=r"2 checkpoints .*model.ckpt-9.index; give the path"):
        open_bundle(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="0 checkpoints"):
        open_bundle(tmp_path / "empty")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt-7").write_bytes(b"an old one")
    with pytest.raises(ModelError, match="not a TensorFlow checkpoint of version 2"):
        open_bundle(tmp_path / "model.ckpt-7")


def test_a_missing_tensor_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"tensor 'G/none' is missing; it holds D/downconv_0"):
        open_bundle(folder).read("G/none")


def test_what_the_test_writes_can_be_read() -> None:
    entries = {b"": b"\x08\x01", b"G/a": b"x" * 300}
    assert read_table(write_table(entries)) == entries


def test_a_compressed_table_is_refused() -> None:
    with pytest.raises(ValueError, match="compressed"):
        read_table(write_table({b"a": b"b"}, kind=1))


HEADER = b"\x08\x01"  # one shard, little-endian
FLOAT = b"\x08\x01"
OF_TWO = b"\x12\x04\x12\x02\x08\x02"  # the shape (2,)


@pytest.mark.parametrize(
    ("header", "entry", "words"),
    [
        (b"", FLOAT, "no usable header"),
        (HEADER + b"\x10\x01", FLOAT, "big-endian"),
        (HEADER, b"\x08\x07", "type 7"),
        (HEADER, FLOAT + OF_TWO + b"\x28\x07", r"shape \(2,\) is said to have 7 bytes"),
        (HEADER, FLOAT + OF_TWO + b"\x28\x08\x20" + number(2**60), "cut short"),
        (HEADER, FLOAT + b"\x3a\x00", "split over several parts"),
        (HEADER, b"\x0a\x01\x01", "bytes where a number belongs"),
        (HEADER, b"\x10\x01", "a number where a message belongs"),
        (HEADER, b"\x12\x7f\x01", "reaches beyond its message"),
        (HEADER, b"\x0b", "unknown kind 3"),
        (HEADER, b"\x08" + b"\xff" * 10, "does not end"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    folder: Path, header: bytes, entry: bytes, words: str
) -> None:
    (folder / INDEX).write_bytes(write_table({b"": header, b"G/a": entry}))
    with pytest.raises(ModelError, match=words):
        open_bundle(folder).read("G/a")


def test_whatever_the_bytes_say_ends_in_a_value_or_an_error(folder: Path) -> None:
    """Damage that the checksums do not show."""
    entries = read_table((folder / INDEX).read_bytes())
    random = np.random.RandomState(0)
    for _ in range(200):
        broken = dict(entries)
        name = sorted(broken)[random.randint(len(broken))]
        blob = bytearray(broken[name])
        blob[random.randint(len(blob))] = random.randint(256)
        broken[name] = bytes(blob)
        (folder / INDEX).write_bytes(write_table(broken))
        try:
            bundle = open_bundle(folder)
            if name:
                bundle.read(name.decode())
        except ModelError:
            continue
