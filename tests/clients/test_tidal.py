"""TidalCycles 1.7 from Debian's packages plays the real program through SuperDirt's dialect."""

import os
import time

import numpy as np
import pytest
from grid import fit_grid
from listener import Listener
from measured_kit import LONG, RATE, SHORT
from onsets import onsets
from playing import Take, free_port, undisturbed
from tidal import DEFAULT_CPS, Tidal, skip_without_tidal

from astrodrum_live.client import AstroDrum

pytestmark = pytest.mark.clients
SECONDS = float(os.environ.get("ASTRODRUM_TIDAL_SECONDS", "10"))  # 30 for the figure
FROZEN = ("--generator", "frozen")
NAMES = {"bd": "kick", "sn": "snare", "hh": "hat_closed"}
CONNECTED = "Connected to SuperDirt."


@pytest.fixture
def session():
    """Starts Tidal with its events for a port, and for a listener that writes them down."""
    skip_without_tidal()
    opened = []

    def start(port: int) -> tuple[Tidal, Listener]:
        opened.append(Listener())
        opened.append(Tidal([port, opened[-1].port]))
        return opened[-1], opened[-2]

    yield start
    for thing in reversed(opened):
        thing.close()


def events(listener: Listener) -> list:
    """The sounds that Tidal has sent, in order of their time tags."""
    sent = [told for told in listener.of("/dirt/play") if told["s"] != "superpanic"]
    return sorted(sent, key=lambda told: told.due)


def test_a_pattern_sounds_on_the_grid_of_its_cycles(
    play, session, jack, measured_kit, clock_settles
):
    def record():
        playing = play(measured_kit, *FROZEN, environment=jack)
        tidal, listener = session(playing.port)
        tidal.await_line(CONNECTED, 2.5)
        clock_settles()
        tidal.eval('d1 $ sound "bd sn:3*2 hh*4" # gain 0.9 # pan rand')
        time.sleep(SECONDS)
        tidal.eval("hush")
        time.sleep(1.0)
        tidal.close()
        return playing.stop(), listener

    take, listener = undisturbed(record)
    sent = events(listener)
    assert len(sent) >= 0.9 * SECONDS * 7 * DEFAULT_CPS
    assert [row["pad"] for row in take.hits] == [NAMES[told["s"]] for told in sent]
    assert take.report["late"] == 0
    heard, gains = onsets(take.sound.sum(axis=1), SHORT, apart=2000)
    assert len(heard) == len(sent)
    # The cycle arrives as a 32-bit float: the pattern's own twelfths are exact.
    cycles = np.round(np.array([told["cycle"] for told in sent]) * 12) / 12
    assert fit_grid(heard, cycles / DEFAULT_CPS, RATE).rms_s <= 0.1e-3
    assert np.ptp(20 * np.log10(gains)) < 4.0, "pan moves a sound, not its strength"
    assert np.abs(take.sound[-RATE // 4 :]).max() < 1e-4, "hush leaves silence"


def test_tidal_connects_to_an_instrument_that_starts_later_or_again(play, session, measured_kit):
    port = free_port()
    tidal, _ = session(port)
    time.sleep(1.0)
    assert CONNECTED not in tidal.said
    first = play(measured_kit, *FROZEN, "--audio", "null", port=port)
    began = time.monotonic()
    assert tidal.await_line(CONNECTED, 2.5) - began < 2.5
    tidal.eval('d1 $ sound "hh*8"')
    time.sleep(1.5)
    assert first.stop().report["played"] > 3

    # Tidal says it once in a session; that it goes on playing is how a restart shows.
    second = play(measured_kit, *FROZEN, "--audio", "null", port=port)
    time.sleep(2.5)
    take = second.stop()
    assert len(take.hits) >= 8, take.log
    assert "Unhandled" not in tidal.said


def test_panic_silences_within_ten_milliseconds(play, session, jack, measured_kit, clock_settles):
    def record():
        playing = play(measured_kit, *FROZEN, environment=jack)
        tidal, listener = session(playing.port)
        clock_settles()
        tidal.eval('d1 $ sound "crash*6"')  # half a second each: there is always one that sounds
        time.sleep(4.0)
        tidal.eval("panic")
        time.sleep(1.5)
        tidal.close()
        return playing.stop(), listener

    take, listener = undisturbed(record)
    sent = events(listener)
    (panic,) = [told for told in listener.of("/dirt/play") if told["s"] == "superpanic"]

    heard, _ = onsets(take.sound.sum(axis=1), LONG, apart=2000)
    whole = [told for told in sent if told.due < panic.arrival - 0.6]
    grid = fit_grid(heard[: len(whole)], [told.due for told in whole], RATE)
    # What is computed when a message comes is heard later by the output latency.
    comes = grid.frame(panic.arrival + take.report["latency_ms"] * 1e-3)
    loud = np.flatnonzero(np.abs(take.sound).max(axis=1) > 1e-4)
    before = np.abs(take.sound[int(comes) - 480 : int(comes)]).max()
    print(f"silent {1e3 * (loud[-1] - comes) / RATE:.1f} ms after panic came")
    assert before > 0.01, "it sounded when panic came"
    assert loud[-1] <= comes + 0.010 * RATE


def test_once_a_dense_pattern_and_a_fader_do_not_wait_for_each_other(
    play, session, jack, measured_kit, clock_settles
):
    def record():
        playing = play(measured_kit, *FROZEN, environment=jack)
        tidal, listener = session(playing.port)
        clock_settles()
        tidal.eval('d1 $ sound "hh*16"')
        time.sleep(1.0)
        tidal.eval('once $ sound "bd sn bd sn"')  # a cycle is sent at once, up to 1.3 s ahead
        slowest_s = slowest_answer(playing.port)
        print(f"the fader's slowest answer: {1e3 * slowest_s:.1f} ms")
        assert slowest_s < 0.5, "a fader waited for what is due later"
        tidal.eval("hush")
        time.sleep(1.5)
        tidal.close()
        return playing.stop(), listener

    take, listener = undisturbed(record)
    sent = events(listener)
    assert take.report["late"] == 0
    assert max(told.due - told.arrival for told in sent if told["s"] == "sn") > 0.9
    every = sorted((int(row["frame"]), row["pad"]) for row in take.hits)
    assert [pad for _, pad in every] == [NAMES[told["s"]] for told in sent]
    frames = np.array([frame for frame, _ in every])
    assert fit_grid(frames, [told.due for told in sent], RATE).rms_s <= 0.1e-3


def test_a_numbered_hit_is_the_same_sound_always(play, session):
    takes = []
    for _ in range(2):
        playing = play("default", "--generator", "cpu", "--audio", "null")
        tidal, listener = session(playing.port)
        _await_model(playing.port)
        tidal.eval('d1 $ sound "kick:12345" # speed 1')
        time.sleep(5.5)
        tidal.eval("hush")
        time.sleep(2.0)
        takes.append(playing.stop())
        tidal.close()
        listener.close()
    # A busy machine may not make the first one in time; then the pad's nearest ready hit plays.
    segments = [sound for take in takes for sound in hits_of(take)[1:]]
    assert len(segments) >= 4
    for other in segments[1:]:
        assert np.abs(other - segments[0]).max() < 2e-6  # a step or two of the 24-bit file


def test_without_a_number_every_hit_is_fresh(play, session):
    playing = play("default", "--generator", "cpu", "--audio", "null")
    tidal, _ = session(playing.port)
    _await_model(playing.port)
    tidal.eval('d1 $ sound "kick"')
    time.sleep(5.5)
    tidal.eval("hush")
    time.sleep(2.0)
    first, second, *_ = hits_of(playing.stop())
    assert np.abs(first - second).max() > 0.01, "two hits were the same"


def test_a_knob_is_patterned_event_by_event(play, session):
    playing = play("default", "--generator", "cpu", "--audio", "null")
    tidal, listener = session(playing.port)
    _await_model(playing.port)
    # Slow enough for each to end before the next begins.
    tidal.eval('d1 $ slow 2 $ sound "hat_closed:7*4" # brightness "0 0.3 0.6 1"')
    time.sleep(12.5)
    tidal.eval("hush")
    time.sleep(2.0)
    take, sent = playing.stop(), events(listener)
    assert len(take.hits) == len(sent) >= 12
    assert take.report["late"] == 0
    sounds = hits_of(take)
    colours: dict[float, list[float]] = {}
    for told, sound in list(zip(sent, sounds, strict=True))[4:]:
        colours.setdefault(round(told["brightness"], 1), []).append(centroid(sound))
    print("Hz by brightness:", {key: np.round(of).tolist() for key, of in colours.items()})
    darkest_first = [float(np.median(colours[key])) for key in (0.0, 0.3, 0.6, 1.0)]
    assert darkest_first == sorted(darkest_first)
    assert darkest_first[-1] > 1.5 * darkest_first[0]
    # In the first round a busy machine may not make one in time, and the nearest hit plays.
    print("not made in time:", take.report.get("unmade"))
    for this, a_round_later in zip(sounds[4:-4], sounds[8:], strict=True):
        assert np.abs(this - a_round_later).max() < 2e-6


def slowest_answer(port: int) -> float:
    """Turns a fader for two seconds; how long the slowest of its answers took, s."""
    drum = AstroDrum("127.0.0.1", port)
    took = []
    for step in range(60):
        asked = time.monotonic()
        drum.kick.gain = -6.0 + 0.1 * step
        assert drum.kick.gain is not None
        took.append(time.monotonic() - asked)
        time.sleep(0.03)
    drum.close()
    return max(took)


def hits_of(take: Take, seconds: float = 0.7) -> list[np.ndarray]:
    """The recording of each logged hit, (frames, 2), each from its own first audible frame on: the
    log's frames count from another start than the file's. They must not overlap."""
    audible = np.abs(take.sound).max(axis=1) > 1e-3
    frames = [int(row["frame"]) for row in take.hits]
    first = int(np.flatnonzero(audible)[0])
    near = [first + frame - frames[0] - RATE // 50 for frame in frames]
    starts = [at + int(np.flatnonzero(audible[at:])[0]) for at in near]
    return [take.sound[at : at + int(seconds * RATE)] for at in starts]


def centroid(sound: np.ndarray) -> float:
    """The mean frequency, Hz, by energy."""
    power = np.abs(np.fft.rfft(sound.sum(axis=1))) ** 2
    return float(np.fft.rfftfreq(len(sound), 1 / RATE) @ power / power.sum())


def _await_model(port: int) -> None:
    """Returns when the network makes hits, not the frozen bank."""
    drum = AstroDrum("127.0.0.1", port)
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            told = dict(drum.ask("/stats"))["/stats"]
            stats = dict(zip(told[::2], told[1::2], strict=True))
            if stats["generated"] > 0:
                time.sleep(3.0)  # its rings fill
                return
            time.sleep(0.1)
    finally:
        drum.close()
    pytest.fail("the model did not come up")
