"""The kernel as one piece of machine code, which a start loads without numba.

Importing numba, its types and its caches takes longer than all else between the command and the
first note. What it compiled is reduced to what can be reached from the doors: by the audit
(``rt/audit.py``) that calls the C library's mathematics and clock, and nothing else.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm

from astrodrum_live.rt.reachable import reachable
from astrodrum_live.whole_file import whole_file

_DIGEST = 32
_TRIED_S = 60.0
_loaded: list[llvm.ExecutionEngine] = []  # machine code lives as long as what loaded it


def load(path: Path, doors: tuple[str, ...]) -> dict[str, int] | None:
    """The doors' addresses; None where there is no image that is whole and of this processor.

    Thread: any. Realtime-safe: no.
    """
    try:
        image = path.read_bytes()
    except OSError:
        return None
    code = image[_DIGEST:]
    if image[:_DIGEST] != _digest(code):
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _loaded.append(engine)
    return {door: engine.get_function_address(_symbol(door)) for door in doors}


def save(path: Path, cfuncs: dict[str, object]) -> None:
    """Write the image of numba ``cfuncs``, by the doors' names. One that cannot be loaded by
    itself (a library is missing that numba would have found) is not left behind.

    Errors: ``OSError``. Thread: any. Realtime-safe: no (seconds).
    """
    module = None
    for door, cfunc in cfuncs.items():
        part = reachable(cfunc, named=_symbol(door))
        if module is None:
            module = part
        else:
            module.link_in(part)
    machine = next(iter(cfuncs.values()))._library._codegen._tm  # type: ignore[attr-defined]
    code = machine.emit_object(module)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part_path:
        part_path.write_bytes(_digest(code) + code)
        _try(part_path, tuple(cfuncs), _wanted(module))


def _wanted(module: llvm.ModuleRef) -> list[str]:
    """What it calls and does not bring along."""
    names = (function.name for function in module.functions if function.is_declaration)
    return [name for name in names if not name.startswith("llvm.")]


def _try(path: Path, doors: tuple[str, ...], wanted: list[str]) -> None:
    """Load it in a process of its own, in which numba has brought in no library. What is not found
    there would be called at address 0."""
    code = (
        "import pathlib, sys; from llvmlite.binding import address_of_symbol as found;"
        "from astrodrum_live.rt.kernel_image import load;"
        "path, (doors, wanted) = sys.argv[1], (words.split() for words in sys.argv[2:]);"
        "sys.exit(not (load(pathlib.Path(path), tuple(doors)) and all(map(found, wanted))))"
    )
    command = [sys.executable, "-c", code, str(path), " ".join(doors), " ".join(wanted)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TRIED_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise OSError("the kernel's image cannot be tried") from error
    if done.returncode:
        raise OSError("the kernel's image does not load by itself")


def _digest(code: bytes) -> bytes:
    """Of the code and of the processor it was made for."""
    features = llvm.get_host_cpu_features().flatten()
    return hashlib.sha256(code + f"{llvm.get_host_cpu_name()} {features}".encode()).digest()


def _symbol(door: str) -> str:
    return f"astrodrum_{door}"
