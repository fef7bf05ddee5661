"""The kit that a message names: one of the patches folder, for a network must not open files."""

from collections.abc import Sequence

from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.params import nearest


def asked_kit(request: OscRequest, kits: Sequence[str]) -> str | None:
    """The first argument, if it is one of ``kits``; else None, and the sender is told."""
    name = request.args[0]
    if isinstance(name, str) and name in kits:
        return name
    hint = nearest(str(name), list(kits)) or f"; there are: {', '.join(kits)}"
    request.complain("load_failed", str(name), f"no kit '{name}'{hint}")
    return None
