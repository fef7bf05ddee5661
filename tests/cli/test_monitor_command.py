"""``astrodrum monitor`` beside a running instrument, and in the place of one."""

import json
import os
import select
import signal
import socket
import subprocess
import time

import pytest
from command import COMMAND, REPO
from pythonosc.osc_message_builder import build_msg

from astrodrum_live.control.osc.encode import encode


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def start(command_environment):
    started = []

    def run(*arguments, until):
        """The program, once it has said ``until``."""
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=command_environment,
            cwd=REPO,
        )
        started.append(process)
        process.said = ""
        while until not in process.said:
            line = process.stderr.readline()
            assert line, process.said
            process.said += line
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def send(port, *messages):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for address, *args in messages:
            client.sendto(build_msg(address, args).dgram, ("127.0.0.1", port))


def end(process):
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, out + err


def lines(process, count):
    """The first lines on standard output, waited for."""
    said, deadline = b"", time.monotonic() + 20
    while said.count(b"\n") < count:
        left_s = deadline - time.monotonic()
        assert select.select([process.stdout], [], [], max(left_s, 0))[0], said
        said += os.read(process.stdout.fileno(), 65536)
    return said.decode().splitlines()[:count]


def test_beside_an_instrument_it_tells_what_that_does(start, kit, port):
    private = ("--no-dirt", "--no-websocket", "--midi", "none", "--audio", "null")
    playing = start(
        "play", kit(), *private, "--osc", f"127.0.0.1:{port}", "--generator", "frozen",
        until="MIDI none",
    )  # fmt: skip
    monitor = start("monitor", "--osc", f"127.0.0.1:{port}", until="watching the instrument")
    send(port, ("/hit", "kick", 0.5), ("/hit", "kik"), ("/note", 87, 100))
    out = lines(monitor, 3)
    assert out[0].endswith("/hit kick 0.5  ->  kick 0.50")
    assert out[1].endswith("/hit kik  ->  nothing: no pad 'kik' (did you mean 'kick'?)")
    assert out[2].endswith("/note 87 100  ->  nothing: no pad of this kit plays note 87")
    end(monitor)
    end(playing)


def test_in_the_place_of_one_it_listens_itself(start, port):
    options = ("--osc", f"127.0.0.1:{port}", "--midi", "none", "--json")
    monitor = start("monitor", "default", *options, until="MIDI none")
    assert "listening in its place, kit default, no sound" in monitor.said
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(encode("/hit", ["snare", 0.5]), ("127.0.0.1", port))
        client.sendto(b"noise", ("127.0.0.1", port))
    hit, noise = map(json.loads, lines(monitor, 2))
    end(monitor)
    assert (hit["what"], hit["did"], hit["count"]) == ("/hit snare 0.5", "snare 0.50", 1)
    assert noise["did"] == ""
    assert "not OSC" in noise["why"] or "ends within" in noise["why"]
