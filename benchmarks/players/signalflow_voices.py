"""``signalflow_voices.py VOICES RATE``: looped BufferPlayers through panners, rendered offline."""

import json
import sys
import time

import numpy as np
import signalflow

SAMPLE_RATE, BLOCK = 48000, 64
FRAMES = SAMPLE_RATE

voices, rate = int(sys.argv[1]), float(sys.argv[2])
device = signalflow.AudioOut_Dummy(2, BLOCK)
graph = signalflow.AudioGraph(output_device=device, start=False)
noise = np.random.default_rng(1).standard_normal(int(0.38 * SAMPLE_RATE)).astype(np.float32)
hit = signalflow.Buffer(noise * 0.01)
for _ in range(voices):
    graph.play(signalflow.StereoPanner(signalflow.BufferPlayer(hit, rate=rate, loop=True), 0.0))
out = signalflow.Buffer(2, FRAMES)
began = time.process_time()
graph.render_to_buffer(out)
seconds = time.process_time() - began
assert np.abs(out.data).max() > 0, "nothing sounded"
print(json.dumps({"x_real_time": voices * FRAMES / SAMPLE_RATE / seconds}))
