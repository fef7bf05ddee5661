"""The shapes: as dense as they say, the same from the same seed, never twice on one pad at once."""

import numpy as np
import pytest

from astrodrum_live.control.midi_file import read_performance
from astrodrum_live.latency.streams import (
    PADS,
    STREAMS,
    from_performance,
    make_stream,
)
from astrodrum_live.places import shipped_folder


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_within_its_time_in_order_and_comes_from_its_seed(name):
    stream, again, other = (make_stream(name, 4.0, seed) for seed in (1, 1, 2))
    assert len(stream) > 20
    assert stream.at_s[0] >= 0
    assert stream.at_s[-1] < 4.0 * 1.2
    assert np.all(np.diff(stream.at_s) > 0)
    assert np.array_equal(stream.at_s, again.at_s)
    assert not np.array_equal(stream.at_s, other.at_s)
    for pad in range(PADS):  # matching needs it: a sound may be 20 ms early
        assert np.diff(stream.at_s[stream.pads == pad]).min(initial=1.0) > 0.1


def test_the_shapes_are_what_they_are_called():
    rolls = 1 / np.diff(make_stream("rolls", 6.0).at_s)
    assert rolls[0] == pytest.approx(5, rel=0.05)
    assert rolls[-1] == pytest.approx(34, rel=0.1)
    flams = np.diff(make_stream("flams", 4.0).at_s)[::2]
    assert flams.min() < 0.003
    assert flams.max() <= 0.030
    at_s = make_stream("clusters", 4.0).at_s.reshape(-1, PADS)
    assert np.ptp(at_s, axis=1).max() <= 0.25
    assert len(make_stream("flood", 2.0).others) == 10_000


def test_a_real_performance_keeps_its_times_and_its_controllers():
    performance = read_performance(shipped_folder("examples") / "midi" / "fusion-96.mid")
    stream = from_performance("fusion", performance, 5.0)
    notes = [at for at, data in performance if data[0] & 0xF0 == 0x90 and data[2]]
    assert stream.at_s == pytest.approx(np.array(notes[: len(stream)]) - notes[0])
    assert all(data[0] & 0xF0 in (0xB0, 0xD0, 0xE0) for _, data in stream.others)


def test_an_unknown_stream_is_told_what_there_is():
    with pytest.raises(ValueError, match="no stream 'roll'; there are: mixed, notes"):
        make_stream("roll", 1.0)
    with pytest.raises(ValueError, match="no note in its first 2 s"):
        from_performance("empty", [(0.0, b"\xb9\x04\x00")], 2.0)
