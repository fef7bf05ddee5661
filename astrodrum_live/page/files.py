"""The page's own files, read once: nothing else of the disk can be reached through it."""

from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
INDEX = "index.html"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """What is sent for a name."""

    body: bytes
    type: str


def page_files(folder: Path = STATIC) -> dict[str, PageFile]:
    """Every file by its name; the empty name is the page itself."""
    files = {
        path.name: PageFile(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(folder.iterdir())
        if path.suffix in _TYPES
    }
    return {"": files[INDEX], **files}
