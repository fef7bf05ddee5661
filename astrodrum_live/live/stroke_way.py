"""What an instrument lends a UDP port, so that strokes need not wait for Python."""

from astrodrum_live.control.events import Hit
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.stroke_receiver import Arrival, StrokeReceiver
from astrodrum_live.live.scheduler import Scheduler


class LiveStrokes(StrokeReceiver):
    """A ``control.osc.short_way.StrokeWay`` past ``scheduler``. Thread: the port's."""

    def __init__(self, engine: Engine, scheduler: Scheduler) -> None:
        super().__init__(engine)
        self._scheduler = scheduler

    @property
    def idle(self) -> bool:
        """Whether the scheduler has obeyed all that came before now."""
        return self._scheduler.idle

    def receive(self, socket_number: int, as_of: int) -> Arrival | None:
        came = super().receive(socket_number, as_of)
        if came and came.posted_ns and (watch := self._scheduler.watch):
            watch(Hit(came.pad, came.velocity), came.arrival_ns, came.posted_ns)
        return came


def stroke_way(engine: Engine, scheduler: Scheduler) -> LiveStrokes | None:
    """One for one port; None where the system has none."""
    return LiveStrokes(engine, scheduler) if StrokeReceiver.receives else None
