"""Imports run one way. The table is the picture in ARCHITECTURE.md; the files are read, not run."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from astrodrum_live.rt.kernel_cache import FACTS as FACTS_OF_KERNELS

ROOT = Path(__file__).parent.parent / "astrodrum_live"
TOOLS = {"places", "whole_file", "urgency", "piped_process"}
FACTS = {"params", "config", "units", "now", "layers", "velocity"} | TOOLS

# package: what of ours it may import, besides itself
MAY_IMPORT = {
    "params": FACTS - TOOLS,
    "config": FACTS - TOOLS,
    "units": FACTS - TOOLS,
    "now": FACTS - TOOLS,
    "places": set(),
    "layers": set(),
    "velocity": set(),
    "whole_file": set(),
    "urgency": set(),
    "piped_process": set(),
    "client": set(),
    "transport": FACTS,
    "sequencer": FACTS,
    "rt": {"params", "config", "units", "places", "layers", "velocity", "whole_file"},
    "engine": FACTS | {"rt"},
    "model": FACTS,
    "control": FACTS | {"transport", "sequencer"},
    "generation": FACTS | {"rt", "engine", "model"},
    "training": {"model"},
    "evaluation": {"model", "training"},
    "data": {"model", "training"},
    "live": FACTS | {"rt", "engine", "model", "control", "generation"} | {"transport", "sequencer"},
    "export": FACTS | {"engine", "model", "control", "generation", "live"},
    "page": FACTS | {"control"},
    "bench": FACTS | {"rt", "engine", "model", "control", "generation", "live"},
    "soak": FACTS | {"engine", "control", "generation", "live"},
    "latency": FACTS | {"engine", "model", "control", "live"},
    "cli": FACTS
    | {"rt", "engine", "model", "control", "generation", "live", "bench", "training"}
    | {"data", "evaluation", "export", "soak", "latency", "sequencer", "page"},
}

# heavy or particular libraries: who may touch them
ONLY_IN = {
    "numba": {"rt", "latency"},
    "llvmlite": {"rt"},
    "torch": {"model", "training", "evaluation", "generation", "bench", "cli"},
    "sounddevice": {"engine"},
    "rtmidi": {"control", "latency"},
    "mido": {"control"},
    "pythonosc": {"control", "client"},
    "tomlkit": {"control"},
    "websockets": {"control", "page"},
    "scipy": {"generation", "training", "evaluation", "data"},
    "typer": {"cli"},
    "rich": {"cli", "training"},
    "matplotlib": {"cli", "training", "latency"},
    "tensorboard": {"training"},
    "link": {"transport"},
}


def test_a_kernel_is_compiled_anew_when_any_fact_it_is_made_from_changes():
    assert set(FACTS_OF_KERNELS) == MAY_IMPORT["rt"] - TOOLS


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name within the package."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """The absolute names a module imports, wherever in it; ``from a import b`` is ``a.b``."""
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def ours(name: str) -> frozenset[str]:
    """The modules of ours that a module imports."""
    found = set()
    for imported in imports(name):
        if not imported.startswith("astrodrum_live."):
            continue
        inner = imported.removeprefix("astrodrum_live.")
        while inner and inner not in modules():  # the name of something within a module
            inner = inner.rpartition(".")[0]
        found |= {inner} - {""}
    return frozenset(found)


def reach(name: str) -> set[str]:
    """All modules of ours that come along when ``name`` is imported and all its functions run."""
    seen, todo = set(), [name]
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += ours(module)
    return seen


def top(name: str) -> str:
    return name.partition(".")[0]


def test_every_package_has_its_row():
    assert {top(name) for name in modules()} - {""} == set(MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_lies_below_it(package):
    allowed = MAY_IMPORT[package] | {package}
    wrong = [
        f"{name} -> {imported}"
        for name in modules()
        if top(name) == package
        for imported in ours(name)
        if top(imported) not in allowed
    ]
    assert not wrong


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_only_where_it_belongs(library):
    wrong = [
        name
        for name in modules()
        if any(top(imported) == library for imported in imports(name))
        and top(name) not in ONLY_IN[library]
    ]
    assert not wrong


def test_of_the_engine_the_generator_process_touches_only_what_it_fills():
    touched = {name for name in reach("generation.process") if top(name) == "engine"}
    assert touched <= {"engine", "engine.hit_rings", "engine.sound_slots"}


def test_control_knows_nothing_of_the_engine_even_by_detour():
    for name in modules():
        if top(name) == "control":
            below = FACTS | {"control", "transport", "sequencer"}
            assert {top(reached) for reached in reach(name)} <= below


def test_package_files_import_nothing():
    for path in ROOT.rglob("__init__.py"):
        name = ".".join(path.parent.relative_to(ROOT).parts)
        assert not imports(name), f"{name or 'astrodrum_live'}/__init__.py imports something"


def test_no_module_imports_itself_by_detour():
    for name in modules():
        assert name not in set().union(*(reach(imported) for imported in ours(name)), set()), name


@pytest.mark.parametrize("name", ["engine.engine", "engine.hit_rings", "rt.doors"])
def test_the_engine_starts_without_torch_or_scipys_libraries(name):
    heavy = {"torch", "scipy.linalg", "scipy.signal", "scipy.special", "matplotlib", "sounddevice"}
    loaded = loaded_by(f"astrodrum_live.{name}")
    assert "llvmlite" in loaded
    assert not loaded & heavy  # scipy's bare name is there when numba is: it asks its version


def test_the_engine_starts_without_its_compiler_once_it_was_compiled():
    loaded_by("astrodrum_live.rt.doors")
    assert "numba" not in loaded_by("astrodrum_live.live.instrument")


def loaded_by(module):
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
