"""A control surface for whatever kit is playing, made of what the instrument tells about itself.

    python examples/surface/open_stage_control.py > drums.json
    open-stage-control --send 127.0.0.1:57130 --load drums.json

Asks a running AstroDrum for ``/help`` of all its addresses, and writes a session for Open Stage
Control (1.x): a page of pads to strike, a page for the mix, and a page of faders for every pad.
To have the faders follow other surfaces, send ``/sub`` every ten seconds at most, and ``/sync``
once. Needs python-osc.
"""

import json
import socket
import sys
import time
from collections.abc import Iterator

from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_packet import OscPacket

PATIENCE_S = 0.5  # after the last answer
COLUMNS = 4


def ask(host: str, port: int, *questions: str) -> Iterator[tuple]:
    """The arguments of every answer to ``/help`` of the questions, patterns too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for question in questions:
            client.sendto(build_msg("/help", [question]).dgram, (host, port))
            until = time.monotonic() + PATIENCE_S
            while (left := until - time.monotonic()) > 0:
                client.settimeout(left)
                try:
                    data = client.recv(65535)
                except TimeoutError:
                    break
                until = time.monotonic() + PATIENCE_S
                for timed in OscPacket(data).messages:
                    if timed.message.address == "/help":
                        yield tuple(timed.message.params)


def button(address: str, index: int) -> dict:
    """Strikes while it goes down; letting go sends 0, which the instrument takes for just that."""
    return {
        "type": "button",
        "id": address,
        "address": address,
        "label": address.split("/")[-1],
        "mode": "push",
        "on": 1,
        "off": 0,
        "typeTags": "f",
        **place(index, COLUMNS, 4),
    }


def fader(address: str, tags: str, unit: str, low: float, high: float, default: float) -> dict:
    """A fader with the row's own range, which a double click sets to its default."""
    name = address.split("/")[-1]
    return {
        "type": "fader",
        "id": address,
        "address": address,
        "label": f"{name} {unit}".strip(),
        "range": {"min": low, "max": high},
        "default": default,
        "decimals": 0 if tags == "i" else 3,
        "typeTags": tags,
        "doubleTap": True,
    }


def place(index: int, columns: int, rows: int) -> dict:
    """Left to right, then down, in shares of the page."""
    wide, high = 100 / columns, 100 / rows
    left, top = index % columns * wide, index // columns * high
    return {"left": f"{left}%", "top": f"{top}%", "width": f"{wide}%", "height": f"{high}%"}


def page(name: str, widgets: list[dict]) -> dict:
    """A tab; faders stand side by side in it and scroll."""
    return {"type": "tab", "id": f"page {name}", "label": name, "widgets": widgets}


def session(told: list[tuple]) -> dict:
    """All of ``/help`` as a session."""
    pads: list[dict] = []
    pages: dict[str, list[dict]] = {}
    for address, tags, unit, low, high, default, _text in told:
        kind, *rest = address.strip("/").split("/")
        if low >= high or tags not in ("f", "i"):
            continue  # not a thing to turn
        if kind == "hit":
            pads.append(button(address, len(pads)))
        else:
            group = rest[0] if len(rest) > 1 else kind
            pages.setdefault(group, []).append(fader(address, tags, unit, low, high, default))
    for faders in pages.values():
        for index, widget in enumerate(faders):
            widget.update(place(index, 12, -(-len(faders) // 12)))
    tabs = [page("pads", pads), *(page(name, widgets) for name, widgets in pages.items())]
    return {
        "version": "1.25.0",
        "type": "session",
        "content": {"type": "root", "id": "root", "widgets": [], "tabs": tabs},
    }


def main() -> None:
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:57130").rpartition(":")
    told = list(ask(host, int(port), "/hit/*", "/master/*", "/p/*/*"))
    if not told:
        sys.exit(f"no AstroDrum answers at {host}:{port}: start 'astrodrum play' first")
    json.dump(session(told), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
