"""Hits that came out silent or not finite: when that is worth a word, and when another maker."""

MANY = 32  # in a row: more than two rounds of all sixteen pads


class BrokenHits:
    """Counts, for one kit, the broken hits in a row. Thread: one."""

    def __init__(self) -> None:
        self._row = 0
        self._good = self._told = False

    def whole(self) -> None:
        """A hit came out well."""
        self._row, self._good = 0, True

    def broken(self) -> None:
        """A hit did not."""
        self._row += 1

    @property
    def hopeless(self) -> bool:
        """The maker has never made a hit that can be played."""
        return not self._good and self._row >= MANY

    def note(self, pad: int) -> str:
        """What a player should know, once; else nothing. ``pad``: of the last broken hit."""
        if self._told or not self._good or self._row < MANY:
            return ""
        self._told = True
        return (
            f"the last {self._row} hits of pad {pad + 1} came out silent or broken, and what it has"
            " ready plays on; turn its knobs back"
        )
