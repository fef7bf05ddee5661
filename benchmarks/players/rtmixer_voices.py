"""``rtmixer_voices.py VOICES RATE``: buffers playing in a stream on JACK, at no rate but 1.

The processor time of the idle stream, measured before, is no voice's.
"""

import json
import sys
import time

import numpy as np
import rtmixer
import sounddevice

SAMPLE_RATE, BLOCK = 48000, 64
IDLE_S, PLAY_S = 1.0, 2.0
AT_ONCE = 16

voices = int(sys.argv[1])
jack = next(api for api in sounddevice.query_hostapis() if "JACK" in api["name"])
noise = np.random.default_rng(1).standard_normal(6 * SAMPLE_RATE).astype(np.float32) * 0.01


def spent(seconds: float) -> float:
    """Processor time per second."""
    began, since = time.process_time(), time.monotonic()
    time.sleep(seconds)
    return (time.process_time() - began) / (time.monotonic() - since)


with rtmixer.Mixer(
    device=jack["default_output_device"], channels=2, blocksize=BLOCK, samplerate=SAMPLE_RATE,
    qsize=512, latency="low",
) as mixer:  # fmt: skip
    time.sleep(0.3)
    idle = spent(IDLE_S)
    for voice in range(voices):
        mixer.play_buffer(noise, channels=[1])
        if voice % AT_ONCE == 0:
            time.sleep(0.01)
    time.sleep(0.3)
    busy = spent(PLAY_S)
    assert len(mixer.actions) == voices, "some buffers did not sound to the end"
print(json.dumps({"x_real_time": voices / (busy - idle)}))
