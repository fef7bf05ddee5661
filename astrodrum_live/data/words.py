"""The words in a name, whatever its spelling, and names that every file system takes."""

import os
import re
import unicodedata

LONGEST = 64  # characters of a cleaned name
LONGEST_BYTES = 224  # with digits and a suffix still under 255
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSAFE = re.compile(r"[^\w-]+")


def words(text: str) -> tuple[str, ...]:
    """Runs of letters and runs of digits, folded: ``"01_HiHat-Öffen"`` is 01, hi, hat, offen.

    Unicode is made compatible (NFKC), case folded, accents dropped; camel case is parted.
    """
    return tuple(_WORD.findall(folded(_CAMEL.sub(" ", unicodedata.normalize("NFKC", text)))))


def folded(text: str) -> str:
    """Without case and accents: what two spellings of a word have in common."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def clean(text: str) -> str:
    """A part of a file's name: letters and digits of any script, ``-`` and ``_``; never empty."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", shown(text))).strip("-_")
    name = name[-LONGEST:].encode()[-LONGEST_BYTES:].decode(errors="ignore")
    return name.strip("-_") or "hit"


def shown(path: object) -> str:
    """A path as text that can be written: bytes that are no UTF-8 become question marks."""
    return os.fsencode(str(path)).decode("utf-8", "replace").replace("\ufffd", "?")
