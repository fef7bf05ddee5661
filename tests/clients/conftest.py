"""What tests against real clients share: a sound card on a clock of its own, and the program."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import pytest
from measured_kit import RATE, write_measured_kit
from playing import Playing

PERIOD = 128  # the program's own block: panic waits for one, then fades for 5 ms


@pytest.fixture(scope="session")
def jack(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment in which a program meets our own JACK server, with no sound card behind."""
    if which("jackd") is None or which("jack_wait") is None:
        pytest.skip("no jackd here: on Debian 'apt install jackd2'")
    name = f"astrodrum-clients-{os.getpid()}"
    server = subprocess.Popen(
        ["jackd", "-n", name, "-d", "dummy", "-r", str(RATE), "-p", str(PERIOD)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    waited = subprocess.run(["jack_wait", "-s", name, "-w", "-t", "15"], capture_output=True)
    try:
        if waited.returncode or server.poll() is not None:
            pytest.skip("jackd does not start here")
        yield {**os.environ, "JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
    finally:
        server.terminate()
        server.wait(10)
        for left in Path("/dev/shm").glob(f"jack_sem.*_{name}_*"):  # of clients that outlived it
            left.unlink()


@pytest.fixture
def play(tmp_path) -> Iterator[Callable[..., Playing]]:
    """Starts the program (see ``Playing``), each time in a folder of its own; ended afterwards."""
    started: list[Playing] = []

    def start(kit: object, *options: str, **more) -> Playing:
        folder = tmp_path / f"take-{len(started)}"
        folder.mkdir()
        started.append(Playing(folder, kit, *options, **more))
        return started[-1]

    yield start
    for playing in started:
        playing.kill()


@pytest.fixture
def measured_kit(tmp_path) -> Path:
    """The kit whose hits are known to the sample."""
    return write_measured_kit(tmp_path)


@pytest.fixture
def clock_settles() -> Callable[[], None]:
    """Waits until the program's clock map runs at its final bandwidth, after 2 s (rt/clock.py)."""
    return lambda: time.sleep(3.0)
