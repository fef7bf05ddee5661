"""A MIDI system in a list: ports are plugged in and pulled out by editing it."""

from astrodrum_live.control.midi_system import Arrived, MidiPortError, SystemGone


class FakePort:
    def __init__(self, system: "FakeMidi", raw: str, arrived: Arrived) -> None:
        self.system, self.raw, self.arrived = system, raw, arrived

    def send(self, *message: int) -> None:
        self.arrived((list(message), 0.0), None)

    def close(self) -> None:
        self.system.opened.remove(self)
        if self.raw in self.system.stuck:
            raise RuntimeError("it is gone")


class FakeMidi:
    """``there``: what is plugged in. ``taken``: what does not open. ``broken``: raises if listed.

    ``stuck``: what raises when it is closed. ``opened``: what is open. ``gone``: as a server that
    has ended, and took all ports with it.
    """

    def __init__(self, *there: str, has_virtual: bool = True) -> None:
        self.there, self.has_virtual = list(there), has_virtual
        self.taken: set[str] = set()
        self.stuck: set[str] = set()
        self.broken = self.gone = ""
        self.opened: list[FakePort] = []
        self.closed = self.timing = False

    def __call__(self, api: str) -> "FakeMidi":
        return self

    def ports(self) -> list[str]:
        if self.gone:
            raise SystemGone(self.gone)
        if self.broken:
            raise MidiPortError(self.broken)
        return list(self.there)

    def open(self, raw: str, nth: int, arrived: Arrived) -> FakePort:
        if raw in self.taken or nth >= self.there.count(raw):
            raise MidiPortError("busy")
        self.opened.append(FakePort(self, raw, arrived))
        return self.opened[-1]

    def open_virtual(self, arrived: Arrived) -> FakePort:
        if "virtual" in self.taken:
            raise MidiPortError("busy")
        self.opened.append(FakePort(self, "virtual", arrived))
        return self.opened[-1]

    def close(self) -> None:
        self.closed = True
