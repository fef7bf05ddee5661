"""What the performer is told of events that could not be played as they were meant."""

import logging
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_EVERY_NS = 2_000_000_000
_LINE = 240
_KEPT = 512  # whatever a peer invents: then it is counted, and no longer told


Text = Callable[[], str]


def nobody(text: Text) -> None:
    """Whom nothing is told."""


class Console:
    """Each thing once, in the log; never to the sender: Tidal prints what it did not ask for.

    ``because``: who hears each time, and may call what it is given for the words.
    """

    def __init__(self, clock: Callable[[], int], because: Callable[[Text], None] = nobody) -> None:
        self.because = because
        self._clock = clock
        self._told: set[str] = set()
        self._sounds: set[str] = set()
        self._last_ns: dict[str, int] = {}

    def once(self, about: str, text: Text) -> None:
        """Tell ``text()`` unless something ``about`` the same was told before."""
        self.because(text)
        if about not in self._told and len(self._told) < _KEPT:
            self._told.add(about)
            _tell(text())

    def seldom(self, about: str, text: Text) -> None:
        """Tell ``text()`` unless something ``about`` the same was told within 2 s."""
        self.because(text)
        self._unless_lately(about, text)

    def sound(self, name: str, text: Text) -> None:
        """Tell of an unknown sound once, and of two of them no sooner than 2 s apart."""
        self.because(text)
        unheard = name not in self._sounds and len(self._sounds) < _KEPT
        if unheard and self._unless_lately("a sound", text):
            self._sounds.add(name)

    def forget_sounds(self) -> None:
        """The kit has changed: what it does not know is told again."""
        self._sounds.clear()

    def _unless_lately(self, about: str, text: Text) -> bool:
        now_ns = self._clock()
        if now_ns - self._last_ns.get(about, now_ns - _EVERY_NS) < _EVERY_NS:
            return False
        self._last_ns[about] = now_ns
        _tell(text())
        return True


def _tell(text: str) -> None:
    """One line, whatever a name from the network holds."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    _LOG.warning("OSC: %s", shown[:_LINE])
