"""When an event of SuperDirt's is to sound."""

from dataclasses import dataclass

from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.superdirt.reading import Values, amount

_FARTHEST_S = 10.0  # of lag and offset together


@dataclass(frozen=True, slots=True)
class Moment:
    """``due_ns`` None: live, at ``arrival_ns``. ``stale``: too late for a hit; what it sets applies
    at once, and so has no ``due_ns`` either."""

    arrival_ns: int
    due_ns: int | None
    late_ns: int = 0
    stale: bool = False

    @classmethod
    def of(cls, arrival_ns: int, when: Due) -> "Moment":
        """The moment of a message that is due ``when``."""
        return cls(arrival_ns, None if when.stale else when.due_ns, when.late_ns, when.stale)

    @property
    def ns(self) -> int:
        """When it takes effect, on ``astrodrum_live.now``."""
        return self.arrival_ns if self.due_ns is None else self.due_ns

    @property
    def lead_ns(self) -> int:
        """How long before it is due it came."""
        return self.ns - self.arrival_ns

    def lagged(self, values: Values) -> "Moment":
        """This moment, later by the event's ``lag`` and by ``offset``, which speed stretches."""
        stretched = amount(values, "offset", 0.0) * abs(amount(values, "speed", 1.0))
        lag_s = min(max(amount(values, "lag", 0.0) + stretched, -_FARTHEST_S), _FARTHEST_S)
        if lag_s == 0.0 or self.stale:
            return self
        return Moment(self.arrival_ns, self.ns + round(lag_s * 1e9), self.late_ns)
