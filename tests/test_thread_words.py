"""Who may call a function of the engine, and whether the callback may, stands in its docstring."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "astrodrum_live"
FILES = [path for folder in ("rt", "engine") for path in sorted((ROOT / folder).glob("*.py"))]


def public_functions(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring; what a class says of all its methods counts for each."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    own = ast.get_docstring(method) or ""
                    yield f"{node.name}.{method.name}", own + (ast.get_docstring(node) or "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_public_function_says_who_may_call_it(path):
    silent = [
        name
        for name, words in public_functions(path)
        if not name.startswith("_") and not ("Thread: " in words and "Realtime-safe: " in words)
    ]
    assert not silent


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_named_for_the_callback_is_safe_in_it(path):
    for name, words in public_functions(path):
        assert not name.startswith("rt_") or "Realtime-safe: yes" in words, name
