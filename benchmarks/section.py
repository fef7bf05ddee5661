"""``python -m benchmarks.section NAME``: one section's rows and words, a line of JSON for each."""

import json
import signal
import sys
from importlib import import_module

SECTIONS = ("voices", "lateness", "generation", "starts", "alone")


def main(name: str) -> None:
    """Each row at once: what was measured before a time ran out is kept."""
    if name not in SECTIONS:
        raise SystemExit(f"no section '{name}'; there are: {', '.join(SECTIONS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was opened is closed
    module = import_module(f"benchmarks.{name}")
    for row in module.measure(lambda text: _say("told", text)):
        _say("row", row.as_dict())


def _say(kind: str, what: object) -> None:
    print(json.dumps({kind: what}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
