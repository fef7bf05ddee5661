"""``python -m benchmarks``: every section in a process of its own, one report in one file."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import conditions
from benchmarks.peers import PEERS
from benchmarks.rows import Row, markdown
from benchmarks.section import SECTIONS

HERE = Path(__file__).parent
WHOLE_S = 480.0  # for everything
LIMIT_S = {"voices": 100.0, "lateness": 100.0, "generation": 60.0, "starts": 45.0, "alone": 360.0}
FAREWELL_S = 12.0  # for what an interrupted section has to end


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md", help="the report")
    parser.add_argument(
        "--only", choices=SECTIONS, action="append", help="sections (again for more)"
    )
    wishes = parser.parse_args()
    for peer in PEERS.values():
        if peer.find() is None:
            _say(f"no {peer.name} here: {peer.get}")
    head, began = conditions(), time.monotonic()
    rows: list[Row] = []
    told: list[str] = []
    for name in SECTIONS:
        if not wishes.only or name in wishes.only:
            found, said = _section(name, WHOLE_S - (time.monotonic() - began))
            rows += found
            told += said
    head.append(f"the whole run took {time.monotonic() - began:.0f} s")
    wishes.out.write_text(report(head, rows, told), encoding="utf-8")
    print(markdown(rows))
    _say(f"written to {wishes.out}")


def report(head: list[str], rows: list[Row], told: list[str]) -> str:
    """The whole file: what it is, the table, what is missing, and how to read it."""
    parts = ["# One run of `make bench-peers`", "\n".join(f"- {line}" for line in head)]
    parts.append(markdown(rows))
    if told:
        parts.append("Not measured, or not whole:\n\n" + "\n".join(f"- {line}" for line in told))
    parts.append((HERE / "READING.md").read_text(encoding="utf-8").strip())
    return "\n\n".join(parts) + "\n"


def _section(name: str, left_s: float) -> tuple[list[Row], list[str]]:
    _say(f"measuring: {name}")
    lines, trouble = _run([sys.executable, "-m", "benchmarks.section", name], name, left_s)
    said = [json.loads(line) for line in lines if line.startswith("{")]
    rows = [Row(**one["row"]) for one in said if "row" in one]
    return rows, [one["told"] for one in said if "told" in one] + trouble


def _run(command: list[str], name: str, left_s: float) -> tuple[list[str], list[str]]:
    """The lines a command has said until its end or its limit; and in words what went wrong."""
    limit_s = min(LIMIT_S[name], left_s)
    if limit_s <= 0:
        return [], [f"{name}: no time was left"]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=out, stderr=errors, start_new_session=True, cwd=HERE.parent
        )
        trouble = []
        try:
            process.wait(limit_s)
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
            _end(process)
            if isinstance(error, KeyboardInterrupt):
                raise
            trouble = [f"{name}: ended after {limit_s:.0f} s, its limit"]
        out.seek(0)
        errors.seek(0)
        if process.returncode and not trouble:
            last = errors.read().strip().splitlines()[-1:]
            trouble = [f"{name}: failed: {''.join(last)}"]
        return out.read().splitlines(), trouble


def _end(process: subprocess.Popen) -> None:
    """Politely first: a section ends the servers and players that it has started."""
    process.terminate()
    try:
        process.wait(FAREWELL_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
