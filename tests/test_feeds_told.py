"""Whoever draws a surface finds every feed in docs/feeds.md, as the code tells it."""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

from astrodrum_live.live import feeds

TOLD = (Path(__file__).parents[1] / "docs" / "feeds.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(feeds.__path__)])
def test_a_feed_and_its_arguments_are_documented(name):
    about = import_module(f"{feeds.__name__}.{name}").__doc__ or ""
    spans = re.findall(r"``(.+?)``", about.split("\n\n")[0], re.S)
    address, *arguments = [" ".join(span.split()) for span in spans]
    assert address.startswith("/feed/")
    assert f"| `{address}` |" in TOLD
    assert [span for span in arguments if f"`{span}`" not in TOLD] == []
