"""The examples a reader of README.md would copy."""

import re
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def example(heading: str, language: str) -> str:
    """The first block of a language under a heading."""
    text = (REPO / "README.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert section, f"README.md has no '## {heading}'"
    block = re.search(rf"^```{language}\n(.*?)^```", section[1], re.S | re.M)
    assert block, f"'## {heading}' has no block of {language}"
    return block[1]
