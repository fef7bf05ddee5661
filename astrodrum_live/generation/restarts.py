"""How long to wait before a generator process that ended is started again."""

WAITS_S = (0.0, 0.5, 2.0, 5.0)  # after the first, second, ... in a row that made nothing
PROVEN_S = 1.0  # at work so long with nothing to make, and it counts as one that made hits


class Restarts:
    """A process that made hits is followed at once, however often that comes to pass: it was ended
    from outside, or by something rare. One that ends before it makes any will do so again, and the
    waits grow. Thread: one.
    """

    def __init__(self) -> None:
        self._barren = 0
        self._at_work: tuple[int, int] | None = None

    def started(self) -> None:
        """A process has been started; it is not at work yet."""
        self._at_work = None

    def works(self, hits: int, now_ns: int) -> None:
        """It says that it makes hits, of which there have been so many until now."""
        if self._at_work is None:
            self._at_work = hits, now_ns

    def wait_s(self, hits: int, now_ns: int) -> float:
        """It has ended; seconds until the next one is to be started."""
        if self._made_some(hits, now_ns):
            self._barren = 0
            return 0.0
        self._barren += 1
        return WAITS_S[min(self._barren, len(WAITS_S)) - 1]

    def _made_some(self, hits: int, now_ns: int) -> bool:
        if self._at_work is None:
            return False
        had, since_ns = self._at_work
        return hits > had or now_ns - since_ns > PROVEN_S * 1e9
