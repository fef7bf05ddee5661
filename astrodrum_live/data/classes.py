"""The class of a file: its source's word, else its name's, else a labelled set's."""

from collections.abc import Callable

import numpy as np

from astrodrum_live.data.like import Likeness
from astrodrum_live.data.naming import Verdict, class_of
from astrodrum_live.data.rejection import LOOP, NO_CLASS, NOT_AUDIO, Unusable
from astrodrum_live.data.rules import CLASS_NAME, Rules
from astrodrum_live.data.settings import Settings
from astrodrum_live.data.sources import Found
from astrodrum_live.training.folder import SUFFIXES


class Classes:
    """What tells classes in one import."""

    def __init__(self, settings: Settings, rules: Rules, likeness: Likeness | None) -> None:
        self._settings, self._rules, self._likeness = settings, rules, likeness

    def told(self, file: Found) -> Verdict:
        """The class before the file is read; open where only its sound can tell.

        Errors: ``Unusable`` where nothing will tell, and for what is no audio by its suffix.
        """
        if file.path.suffix.lower() not in SUFFIXES:
            raise Unusable(NOT_AUDIO, file.path.suffix.lower() or "no suffix")
        verdict = self._said(file)
        if verdict.loop:
            raise Unusable(LOOP, verdict.why)
        if verdict.name is None and not self._likeness:
            raise Unusable(NO_CLASS, verdict.why)
        return verdict

    def heard(
        self, told: Verdict, t20_s: float, audio: Callable[[], np.ndarray]
    ) -> tuple[str, str]:
        """The class and how it was told, once the stroke is there. Errors: ``Unusable``."""
        if told.name and told.ringing and t20_s > told.ring_s:
            return told.ringing, f"{told.why}, rings {t20_s:.2f} s"
        if told.name:
            return told.name, told.why
        assert self._likeness  # else it would not have been read
        name, how = self._likeness.class_of(audio())
        if name is None:
            raise Unusable(NO_CLASS, f"{told.why}; {how}")
        return name, f"like: {how}"

    def _said(self, file: Found) -> Verdict:
        told = file.row.get("class", "")
        by = "manifest"
        if not file.row and self._settings.by_folder:
            told, by = file.parts[1] if len(file.parts) > 2 else "", "folder"
        if told or by == "folder":
            if not CLASS_NAME.fullmatch(told):
                return Verdict(None, f"'{told}', by its {by}, is no name of a class")
            return Verdict(told, by)
        found, prefix = class_of(self._rules, file.parts), self._settings.prefix
        if found.name is None:
            return found
        ringing = found.ringing and prefix + found.ringing
        return Verdict(prefix + found.name, found.why, found.ring_s, ringing)
