"""The kernel kept as machine code: what is loaded is what was compiled, or nothing."""

import ctypes

import numpy as np
import pytest
from numba import cfunc, types

from astrodrum_live.rt.kernel_image import load, save

SIGNATURE = types.float64(types.float64)
CALL = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)


@cfunc(SIGNATURE)
def curved(x):
    return np.exp(np.sin(x)) + x**1.7


@cfunc(SIGNATURE)
def straight(x):
    return 3.0 * x - 1.0


@cfunc(types.int64(types.int64))
def allocating(n):
    return np.arange(n).sum()


DOORS = {"curved": curved, "straight": straight}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("kernel") / "kernel.image"
    save(path, DOORS)
    return path


def test_what_is_loaded_computes_what_was_compiled_to_the_bit(image):
    addresses = load(image, tuple(DOORS))
    for name, compiled in DOORS.items():
        loaded = CALL(addresses[name])
        for x in np.linspace(0.1, 9.0, 50).tolist():
            assert loaded(x) == compiled.ctypes(x)


def test_no_image_is_not_an_error(tmp_path):
    assert load(tmp_path / "kernel.image", tuple(DOORS)) is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_an_image_that_was_cut_short_is_not_loaded(image, tmp_path, share):
    cut = tmp_path / "kernel.image"
    whole = image.read_bytes()
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert load(cut, tuple(DOORS)) is None


def test_an_image_with_one_other_bit_is_not_loaded(image, tmp_path):
    bent = tmp_path / "kernel.image"
    data = bytearray(image.read_bytes())
    data[len(data) // 2] ^= 1
    bent.write_bytes(data)
    assert load(bent, tuple(DOORS)) is None


def test_an_image_made_for_another_processor_is_not_loaded(image, monkeypatch):
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "another")
    assert load(image, tuple(DOORS)) is None


def test_code_that_needs_more_than_the_c_library_leaves_no_image(tmp_path):
    path = tmp_path / "kernel.image"
    with pytest.raises(OSError, match="load by itself"):
        save(path, {"allocating": allocating})
    assert not path.exists()
