"""What OSC endures: a flood with a stall of the receiver, and datagrams that dice have changed.

    python tools/osc_endurance.py flood --seconds 60 --rate 1000 --stall 0.5
    python tools/osc_endurance.py mutate --count 1000000 [CAPTURE.jsonl ...]

Both start an instrument of their own, on the null device, and end with its figures; the exit code
is 1 if a message was lost, a handler failed, or the instrument does not answer any more.
"""

import argparse
import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from astrodrum_live.control.osc.encode import encode
from astrodrum_live.control.osc.packet import decode

SEEDS = [
    encode("/hit", ["kick", 0.5, "pan", 0.1]),
    encode("/p/*/gain", [-3.0]),
    encode("/note", [38, 100, 10]),
    encode("/sub", ["/p/*", 9000, 10.0]),
    encode("/sub", ["/monitor"]),
    encode("/get", ["/p/{kick,snare}/[a-z]*"]),
    encode("/dirt/play", ["s", "bd", "n", 1.0, "cut", 1, "orbit", 0]),
    encode("/choke", ["kick"]),
]


class Peer:
    """A client that asks and waits for the answer."""

    def __init__(self, port: int) -> None:
        self.address = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.address)

    def ask(self, question: str, answer: str, patience_s: float = 10.0) -> tuple:
        """The arguments of the answer. Errors: ``TimeoutError``."""
        asked_s = float("-inf")
        until_s = time.monotonic() + patience_s
        while (now_s := time.monotonic()) < until_s:
            if now_s - asked_s > 1.0:
                asked_s = now_s
                self.send(encode(question, []))
            self.socket.settimeout(1.0)
            try:
                messages = decode(self.socket.recv(65535)).messages
            except TimeoutError:
                continue
            for message in messages:
                if message.address == answer:
                    return message.args
        raise TimeoutError(f"no {answer} within {patience_s} s")

    def stats(self) -> dict[str, float]:
        told = self.ask("/stats", "/stats")
        return dict(zip(told[::2], told[1::2], strict=True))


@contextmanager
def instrument() -> Iterator[tuple[subprocess.Popen, Peer]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["play", "--audio", "null", "--midi", "none", "--generator", "frozen", "--no-dirt"]
    words += ["--no-websocket", "--osc", f"127.0.0.1:{port}", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "astrodrum_live.cli", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peer = Peer(port)
    try:
        peer.ask("/ping", "/pong", 30.0)
        yield process, peer
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def flood(seconds: float, rate: float, stall: float) -> dict[str, float]:
    """``rate`` hits a second; half way the whole receiver is stopped for ``stall`` s."""
    with instrument() as (process, peer):
        before = peer.stats()["osc_received"]
        data, count, began_s = (
            encode("/hit", ["kick", 0.5]),
            round(seconds * rate),
            time.monotonic(),
        )
        resume_s = float("inf")
        for number in range(count):
            while (now_s := time.monotonic()) < began_s + number / rate:
                time.sleep(0.0003)
            if number == count // 2:
                process.send_signal(signal.SIGSTOP)
                resume_s = now_s + stall
            if now_s >= resume_s:
                process.send_signal(signal.SIGCONT)
                resume_s = float("inf")
            peer.send(data)
        process.send_signal(signal.SIGCONT)
        took_s = time.monotonic() - began_s
        after = peer.stats()
        lost = count - (after["osc_received"] - before - 1)  # this very question is one too
        return {
            "sent": count,
            "per_second": round(count / took_s, 1),
            "lost": lost,
            "failed": after.get("osc_failed", 0),
            "dropped_by_kernel": after["osc_dropped_by_kernel"],
            "dropped_full": after["osc_dropped_full"],
        }


def mutate(count: int, captures: list[Path], seed: int) -> dict[str, float]:
    """``count`` datagrams, each one of ours or of a capture with some bytes changed."""
    seeds = list(SEEDS)
    for path in captures:
        seeds += [bytes.fromhex(json.loads(line)["hex"]) for line in path.read_text().splitlines()]
    seeds = [data for data in seeds if data]
    dice = random.Random(seed)
    with instrument() as (_, peer):
        for number in range(count):
            peer.send(mutated(dice, seeds))
            if number % 500 == 499:
                peer.ask("/ping", "/pong")
        after = peer.stats()
        told = (
            "osc_received",
            "osc_malformed",
            "osc_ignored",
            "osc_errors",
            "osc_failed",
            "played",
        )
        return {"sent": count, "lost": 0, "failed": 0} | {
            name.removeprefix("osc_"): after.get(name, 0) for name in told
        }


def mutated(dice: random.Random, seeds: list[bytes]) -> bytes:
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randrange(1, 8)):
        data[dice.randrange(len(data))] = dice.choice((0, 1, 44, 47, 255, dice.randrange(256)))
    return bytes(data[: dice.randrange(1, len(data) + 1)] if dice.random() < 0.2 else data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    flooding = verbs.add_parser("flood")
    flooding.add_argument("--seconds", type=float, default=60.0)
    flooding.add_argument("--rate", type=float, default=1000.0)
    flooding.add_argument("--stall", type=float, default=0.5)
    mutating = verbs.add_parser("mutate")
    mutating.add_argument("captures", nargs="*", type=Path)
    mutating.add_argument("--count", type=int, default=1_000_000)
    mutating.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args())
    verb = options.pop("verb")
    told = flood(**options) if verb == "flood" else mutate(**options)
    print(json.dumps(told))
    sys.exit(1 if told["lost"] or told["failed"] else 0)


if __name__ == "__main__":
    main()
