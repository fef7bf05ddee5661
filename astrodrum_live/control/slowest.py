"""How long something took at most since one last asked."""


class Slowest:
    """The longest of many waits. A wait that is seen while one takes may count to either side.

    Thread: any.
    """

    def __init__(self) -> None:
        self._ns = 0

    def see(self, waited_ns: int) -> None:
        """Something waited so long."""
        if waited_ns > self._ns:
            self._ns = waited_ns

    def take_ns(self) -> int:
        """The longest since the last call, 0 if there was none."""
        longest_ns, self._ns = self._ns, 0
        return longest_ns
