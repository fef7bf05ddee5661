"""From the name of a sound to the pad that plays it."""

from astrodrum_live.control.drum_map import pads_by_note, role_pad
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.superdirt.names import ALIASES, BANKS, FOLDERS
from astrodrum_live.params import nearest

_CACHE = 1024
_LONG_WORD = 3  # a shorter suffix counts only behind what looks like a bank's name


class Sounds:
    """The names one kit answers to. Thread: one at a time (it remembers what it has looked up)."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self._pads = {_plain(name): index for index, name in enumerate(patch.pad_names())}
        self._notes: dict[int, tuple[int, ...]] | None = None
        self._found: dict[tuple[str, str, int], int | None] = {}

    def pad(self, name: str, bank: str = "", index: int = 0) -> int | None:
        """The 0-based pad that plays the sound ``name``; None if no drum is known by it.

        ``bank``: what may stand before the name, or be meant to. ``index``: which file of a folder
        that holds a whole kit.
        """
        key = name, bank, index if name in FOLDERS else 0
        if key not in self._found:
            if len(self._found) >= _CACHE:
                self._found.clear()
            self._found[key] = self._look_up(_candidates(name, bank), index)
        return self._found[key]

    def note(self, note: int) -> tuple[int, ...]:
        """The pads that the kit's map gives a MIDI note 0..127."""
        if self._notes is None:
            self._notes = pads_by_note(self.patch)
        return self._notes.get(note, ())

    def unknown(self, name: str) -> str:
        """The words for a sound that no pad plays, with the nearest that one does."""
        names = self.patch.pad_names()
        near = nearest(name, names) or nearest(name, list(ALIASES))
        return f"no sound '{name}'{near or '; there are: ' + ', '.join(names)}"

    def _look_up(self, candidates: list[str], index: int) -> int | None:
        for word in candidates:
            if word in self._pads:
                return self._pads[word]
        for word in candidates:
            if word in FOLDERS:
                return role_pad(self.patch, FOLDERS[word][index % len(FOLDERS[word])])
            if word in ALIASES:
                return role_pad(self.patch, ALIASES[word])
        for word in candidates:
            if (pad := self._by_suffix(word)) is not None:
                return pad
        first = candidates[0].partition("_")[0] if candidates else ""  # Sonic Pi: bd_haus, sn_dub
        return role_pad(self.patch, ALIASES[first]) if first in ALIASES else None

    def _by_suffix(self, word: str) -> int | None:
        """By the longest end of the word that is a pad or a drum's name: "RolandTR909bd"."""
        for start in range(1, len(word)):
            ending = word[start:]
            known = ending in self._pads or ending in ALIASES
            if known and (len(ending) >= _LONG_WORD or _is_bank(word[:start])):
                pad = self._pads.get(ending)
                return role_pad(self.patch, ALIASES[ending]) if pad is None else pad
        return None


def _candidates(name: str, bank: str) -> list[str]:
    """What the name may be read as, likeliest first; digits at its end are a variant's number."""
    full, prefix = _plain(name), _plain(bank)
    words = [full]
    if prefix and full.startswith(prefix):
        words.append(full.removeprefix(prefix).strip("_"))
    elif prefix:
        words.insert(0, prefix + full)
        words.append(full)
    stripped = [word.rstrip("0123456789_") for word in words]
    return [word for word in dict.fromkeys((*words, *stripped)) if word]


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _is_bank(prefix: str) -> bool:
    """Whether two letters may follow: TR909|bd, rolandtr808_|sd, LinnDrum|hh; not bir|ds."""
    return prefix[-1] == "_" or any(char.isdigit() for char in prefix) or prefix in BANKS
