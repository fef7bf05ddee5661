"""The place of a file in the set: a name that says where it came from, and that no other has."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from astrodrum_live.data.words import clean


class Places:
    """Names given so far in the set at ``data``, whether or not a file lies there yet."""

    def __init__(self, data: Path, taken: Iterable[str]) -> None:
        self.data = data
        self._taken = {name.casefold() for name in taken}  # for disks that tell no case

    def give(self, class_name: str, parts: Sequence[str], folder: bool) -> str:
        """``CLASS/FOLDER_STEM.flac`` of ``parts``, without the folder if not ``folder``.

        Where it is taken, digits of a hash of ``parts`` follow.
        """
        stem = clean("_".join(parts[-2:]) if folder else parts[-1])
        name, turn = f"{class_name}/{stem}.flac", 0
        while name.casefold() in self._taken or (self.data / name).exists():
            text = "/".join(parts) + str(turn or "")
            digits = hashlib.sha1(text.encode()).hexdigest()[:8]
            name, turn = f"{class_name}/{stem}-{digits}.flac", turn + 1
        self._taken.add(name.casefold())
        return name
