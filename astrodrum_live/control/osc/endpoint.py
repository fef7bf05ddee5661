"""Where OSC is listened for: host and port, and the words for a port that cannot be had."""

import ipaddress

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 57130
DEFAULT_ENDPOINT = f"{DEFAULT_HOST}:{DEFAULT_PORT}"


class OscPortError(OSError):
    """The port cannot be had; the message says why and what to do."""


def parse_endpoint(text: str) -> tuple[str, int]:
    """``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT`` as host and port 0..65535 (0: any free one).

    Errors: ``OscPortError``.
    """
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or DEFAULT_HOST
    if not port.isdecimal() or int(port) > 65535:
        raise OscPortError(f"'{text}' is not HOST:PORT; the usual one is {DEFAULT_ENDPOINT}")
    return host, int(port)


def is_local(host: str) -> bool:
    """Whether only programs of this machine are meant."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
