"""What patterns and tracks may be called, and the complaints about what is not there."""

import re

NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


class NoPattern(KeyError):
    """No pattern of this name; the message names the nearest."""


class NoTrack(KeyError):
    """The pattern has no track of this name; the message names the nearest."""


class NoKey(KeyError):
    """Patterns or steps have nothing of this name; the message names the nearest."""


def good_name(name: str, what: str = "pattern") -> str:
    """``name``, if it is one. Errors: ``ValueError``."""
    if not NAME.fullmatch(name):
        shown = name if len(name) <= 40 else name[:37] + "..."
        usage = "is named with 1 to 32 letters, digits, - or _"
        raise ValueError(f"a {what} {usage}, not '{shown}'")
    return name
