"""Who is let in: only pages of this very server, reached by a name that is its own.

A page of another site can make a browser ask here (so its ``Origin`` is refused), and a name of
another site can be made to point here (so a ``Host`` that is not ours is refused). Off loopback a
token in the path is asked for too: whoever has the link can play.
"""

import ipaddress
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEADERS = (
    ("Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
     " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)  # fmt: skip
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must be like. ``host``: where the server listens; ``token``: what its path
    begins with, empty on loopback."""

    host: str
    token: str = ""
    names: frozenset[str] = field(default_factory=frozenset)

    @property
    def root(self) -> str:
        """What every path begins with."""
        return f"/{self.token}/" if self.token else "/"

    def refuses(self, path: str, hosts: Sequence[str], origins: Sequence[str]) -> str:
        """In words why a request is not answered; empty if it is."""
        if len(hosts) != 1 or not self._ours(_name(hosts[0])):
            return "this server does not go by that name"
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return "a page of another site asked"
        if self.token and not compare_digest(path[: len(self.root)].encode(), self.root.encode()):
            return "the link is not whole: it has a token"
        return ""

    def _ours(self, name: str) -> bool:
        if name in LOOPBACK or name in self.names:
            return True
        return bool(self.token) and _is_number(name)  # no other site's name, at any rate


def make_guard(host: str) -> Guard:
    """For a server that listens on ``host``: off loopback with a fresh token."""
    if host in LOOPBACK:
        return Guard(host)
    own = {host.lower(), socket.gethostname().lower()}
    return Guard(host, secrets.token_urlsafe(18), frozenset(own - {"0.0.0.0", "::"}))


def _name(host: str) -> str:
    """The name of a header ``Host`` (RFC 9110, 7.2), empty if it is none: nothing is repaired."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
