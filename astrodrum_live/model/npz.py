"""Arrays from a ``.npz`` file that may be damaged, or made to do damage.

numpy's own reader believes a header: one of 100 bytes has it ask for terabytes, and a zip file of
4 MB can hold 4 GB of zeros. Here nothing is unpickled, and what a file says of its sizes is held
against ``most`` before anything is unpacked.
"""

import io
import math
import os
import zipfile
from pathlib import Path

import numpy as np

MEMBERS = 64


def read_npz(path: Path, most: int) -> dict[str, np.ndarray]:
    """All arrays of ``path`` by name. ``most``: bytes, of the file and of all it holds.

    Errors: ``ValueError`` for what is no such file or larger, ``OSError``.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"it has more than {most} bytes")
        blob = file.read(size)
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as packed:
            members = packed.infolist()
            if len(members) > MEMBERS or sum(one.file_size for one in members) > most:
                raise ValueError(f"it holds more than {most} bytes or {MEMBERS} arrays")
            return {one.filename.removesuffix(".npy"): _array(packed.read(one)) for one in members}
    except OSError as error:
        raise ValueError(f"it is damaged: {error}") from None
    except ValueError:
        raise
    # whatever zipfile, zlib and numpy's parser of headers trip over: they document nothing
    except Exception as error:
        raise ValueError(f"it is damaged: {type(error).__name__}: {error}") from None


def _array(blob: bytes) -> np.ndarray:
    stream = io.BytesIO(blob)
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, by_columns, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise ValueError(f"an array is written in format {version}")
    if dtype.hasobject:
        raise ValueError("it holds a pickle, which can run code and is never opened")
    start = stream.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(blob) - start:
        raise ValueError(f"an array of shape {shape} is not all there")
    flat = np.frombuffer(bytearray(blob[start:]), dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")
