"""The page's way to its server, run by Node with a socket and a clock of the test's."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

import astrodrum_live.page

LINK = Path(astrodrum_live.page.__file__).parent / "static" / "link.js"

PROGRAM = """
const sockets = [], timers = [];
globalThis.location = { href: "http://localhost/" };
globalThis.setTimeout = (work) => timers.push(work);
globalThis.WebSocket = class {
  static OPEN = 1;
  constructor() { this.readyState = 0; this.sent = []; sockets.push(this); }
  send(text) { this.sent.push(...JSON.parse(text).map((one) => one[0])); }
  open() { this.readyState = 1; this.onopen(); }
  close() { this.readyState = 3; this.onclose(); }
};
const tick = () => timers.splice(0).forEach((work) => work());
const { Link } = await import("./link.mjs");
const link = new Link(() => {}, () => {});
sockets[0].open();
const many = Array.from({ length: 70 }, (_, n) => ["/" + n]);
link.sendAll([["/undo/begin"], ...many, ["/undo/end"]]);
const first = sockets[0].sent.length;
sockets[0].close();
tick(); tick();
sockets.at(-1).open();
tick();
const rest = sockets.at(-1).sent;
tick(); tick();
const idle = timers.length;
link.sendAll([["/more"]]);
console.log(JSON.stringify([first, rest.length, rest[0], rest.at(-2), rest.at(-1), idle]));
"""


def test_what_does_not_hurry_is_kept_while_the_server_is_away_and_goes_on_with_the_next(tmp_path):
    """The end of an undo step among it: without that it would take in all that comes later."""
    if which("node") is None:
        pytest.skip("no Node here")
    (tmp_path / "link.mjs").write_text(LINK.read_text())
    (tmp_path / "test.mjs").write_text(PROGRAM)
    told = subprocess.run(
        ["node", "test.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout == '[60,13,"/59","/undo/end","/more",0]\n'
