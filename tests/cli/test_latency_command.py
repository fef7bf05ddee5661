"""``astrodrum latency`` as a user runs it: its exit codes, its files, its words."""

import json
import os
import re
import signal
import subprocess
from shutil import which

import pytest
from command import COMMAND, EXAMPLE, REPO, astrodrum

OFFLINE = ("latency", "--path", "offline", "--seconds", 1, "--timing", "steady")


def test_all_found_in_time_is_a_success_with_table_json_and_picture(tmp_path, command_environment):
    report, picture = tmp_path / "late.json", tmp_path / "late.png"
    answer = astrodrum(
        *OFFLINE, "--block", 64, "--block", 256, "--json", report, "--picture", picture,
        environment=command_environment,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.out.startswith("total, ms")
    assert "steady 64" in answer.out
    told = json.loads(report.read_text())
    assert told["format"] == "astrodrum-latency"
    for result, block in zip(told["results"], (64, 256), strict=True):
        assert (result["rate"], result["block"], result["stream"]) == (48000, block, "mixed")
        assert result["troubles"] == []
        assert result["facts"]["path"] == "offline"
        total = result["stages"]["total"]
        assert set(total) == {"min", "p50", "p95", "p99", "max", "sd"}
        assert total["min"] <= total["p50"] <= total["p95"] <= total["p99"] <= total["max"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_hit_above_the_limit_is_a_failure_that_says_which(command_environment):
    answer = astrodrum(*OFFLINE, "--limit-ms", 1.5, environment=command_environment)
    assert answer.code == 1
    assert "hits above 1.5 ms, the worst" in answer.out


def test_a_performance_is_a_stream_too(command_environment):
    answer = astrodrum(*OFFLINE, "--stream", EXAMPLE, environment=command_environment)
    assert answer.code == 0, answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--path", "ofline"), "--path is 'ofline'; it can be offline, jack, platform, loopback"),
        (("--stream", "roll"), "no stream 'roll'; there are: mixed"),
        (("--by", "midi", "--peer", "scsynth"), "--path jack --by osc or tagged"),
        (("--path", "jack", "--block", 64, "--block", 32), "only offline takes several"),
        (("--path", "loopback"), "--loopback IN"),
        (("--seconds", 0), "--seconds is 0; it must lie between 0.5 and 120"),
        (("--block", 0), "block is 0; it must lie between 1 and 8192"),
    ],
)
def test_what_cannot_be_asked_for_is_told(arguments, words, command_environment):
    answer = astrodrum("latency", *arguments, environment=command_environment)
    assert answer.code == 2
    assert words in answer.err


@pytest.mark.parametrize("by", ["osc", "midi"])
def test_through_a_jack_server_every_stroke_is_found(by, tmp_path, command_environment):
    if which("jackd") is None:
        pytest.skip("no jackd here: on Debian 'apt install jackd2'")
    report = tmp_path / "late.json"
    environment = {**command_environment, "JACK_NO_START_SERVER": "1"}
    environment["JACK_DEFAULT_SERVER"] = f"none-{tmp_path.name}"  # so that it starts its own
    for _ in range(3):  # on a busy machine the graph loses blocks, and the hits in them
        answer = astrodrum(
            "latency", "--by", by, "--stream", "notes", "--seconds", 1, "--block", 256,
            "--json", report, environment=environment, timeout=120,
        )  # fmt: skip
        if "jackd does not start" in answer.err:
            pytest.skip("jackd does not start here")
        assert answer.code in (0, 1), answer.err
        results = json.loads(report.read_text())["results"]
        if not any(result["facts"]["disturbances"] for result in results):
            break
    else:
        pytest.skip("JACK's dummy driver lost blocks in three takes: too busy a machine")
    assert answer.code == 0, answer.out + answer.err
    assert [result["name"] for result in results] == ["steady", "soonest"]
    for result in results:
        assert result["block"] == 256
        assert set(result["stages"]) == {"total", "arrival", "command", "block", "output"}
        assert result["stages"]["total"]["min"] > 0


def test_without_a_sound_card_the_null_device_can_be_measured(command_environment):
    answer = astrodrum(
        "latency", "--path", "platform", "--audio", "null", "--timing", "steady", "--stream",
        "rolls", "--seconds", 1, environment=command_environment,
    )  # fmt: skip
    assert answer.code == 0, answer.out + answer.err
    for stage in ("arrival", "command", "block"):
        assert f"\n{stage}" in answer.out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to interrupt")
def test_ctrl_c_gives_the_figures_so_far(command_environment):
    process = subprocess.Popen(
        [*COMMAND, "latency", "--path", "platform", "--audio", "null", "--seconds", "100"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=command_environment,
        cwd=REPO, start_new_session=True,
    )  # fmt: skip
    try:
        for line in process.stderr:
            if line.startswith("playing"):
                break
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, out + err  # as a soak that was stopped
    found, sent = map(int, re.search(r"(\d+)/(\d+) hits", out).groups())
    assert found == sent < 2000
