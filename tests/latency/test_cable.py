"""The other end of the cable: times of frames from what PortAudio says of jittering blocks."""

from types import SimpleNamespace

import numpy as np
import pytest

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.latency import cable
from astrodrum_live.latency.cable import BLOCK, Cable

RATE = 48000
INPUTS = [
    {"name": "Speakers", "index": 0, "max_input_channels": 0},
    {"name": "Line In", "index": 1, "max_input_channels": 2},
]


@pytest.fixture
def portaudio(monkeypatch):
    """A PortAudio whose input is called by hand, and the time."""
    there = SimpleNamespace(now_ns=0, heard=None, closed=False)

    class InputStream:
        def __init__(self, **asked):
            there.asked, there.heard = asked, asked["callback"]

        def start(self):
            pass

        def close(self):
            there.closed = True

    fake = SimpleNamespace(
        InputStream=InputStream, query_devices=lambda: INPUTS, PortAudioError=RuntimeError
    )
    monkeypatch.setattr(cable, "load_portaudio", lambda: fake)
    monkeypatch.setattr(cable, "now_ns", lambda: there.now_ns)
    return there


def play(portaudio, blocks: int, says_when: bool) -> None:
    """Blocks whose callbacks come up to 2 ms late; block k was at the input from k blocks on."""
    rng = np.random.default_rng(1)
    for block in range(blocks):
        begun_ns = 1e9 + block * BLOCK * 1e9 / RATE
        waited_ns = BLOCK * 1e9 / RATE + (rng.random() * 2e6 if says_when else 0.0)
        portaudio.now_ns = round(begun_ns + waited_ns)
        adc_s = portaudio.now_ns / 1e9 - waited_ns / 1e9 if says_when else -1e6
        when = SimpleNamespace(currentTime=portaudio.now_ns / 1e9, inputBufferAdcTime=adc_s)
        portaudio.heard(np.full((BLOCK, 1), block, np.float32), BLOCK, when, None)


@pytest.mark.parametrize("says_when", [True, False])
def test_every_frame_has_the_time_it_was_at_the_input(portaudio, says_when):
    recording = Cable("line", RATE)
    assert portaudio.asked["device"] == 1
    play(portaudio, 200, says_when)
    sound, begin_ns, ns_per_frame = recording.stop()
    assert portaudio.closed
    assert sound.tolist() == np.repeat(np.arange(200), BLOCK).tolist()
    assert begin_ns == pytest.approx(1e9, abs=10_000)
    assert ns_per_frame == pytest.approx(1e9 / RATE, rel=1e-5)


def test_an_input_that_is_not_there_or_says_nothing_is_told(portaudio):
    with pytest.raises(DeviceError, match=r"no input 'mic'.* there are: 1 Line In"):
        Cable("mic", RATE)
    with pytest.raises(DeviceError, match="no sound at all"):
        Cable("1", RATE).stop()
