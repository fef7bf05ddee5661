"""One stroke out of a recording: channel, rate, onset, offset, end."""

import numpy as np
import pytest
from sample_files import RATE, noise, tone, write

from astrodrum_live.data.reading import clip_run, one_channel, read_recording
from astrodrum_live.data.rejection import Unusable
from astrodrum_live.data.stroke import cut_stroke, onset


def stroke_of(path, longest_s=1.5, normalise=False):
    return cut_stroke(read_recording(path, 30.0), longest_s, normalise)


def test_two_alike_channels_give_their_mid_cancelling_ones_the_stronger():
    left = tone()
    assert one_channel(np.stack([left, left], axis=1))[1] == "mid"
    mono, used = one_channel(np.stack([left, -1.1 * left], axis=1))
    assert used == "right"
    assert np.array_equal(mono, -1.1 * left)
    assert one_channel(np.stack([left, 0 * left], axis=1))[1] == "left"
    six = np.zeros((len(left), 6))
    six[:, 3] = left
    assert one_channel(six)[1] == "ch4"


@pytest.mark.parametrize(
    ("rate", "subtype", "channels"),
    [
        (8000, "PCM_U8", 1),
        (22050, "PCM_16", 2),
        (44100, "PCM_24", 1),
        (48000, "FLOAT", 6),
        (96000, "PCM_32", 2),
        (192000, "DOUBLE", 1),
        (44101, "PCM_16", 1),
    ],
)
def test_every_rate_and_width_gives_the_same_stroke(tmp_path, rate, subtype, channels):
    wave = np.repeat(tone(rate=rate)[:, None], channels, axis=1)
    found = stroke_of(write(tmp_path / "a.wav", wave, rate, subtype)).audio / 32768
    first = found[: RATE // 10]
    wanted = tone()[: len(first)]
    skip = 100  # frames: the onset is found a sample apart, and its first is ramped
    like = max(
        np.dot(first[skip:-skip], wanted[skip + lag : len(wanted) - skip + lag])
        / (np.linalg.norm(first[skip:-skip]) * np.linalg.norm(wanted[skip:-skip]))
        for lag in range(-8, 9)
    )
    assert like > 0.99
    assert np.abs(found).max() == pytest.approx(np.abs(wanted).max(), rel=0.05)


def test_silence_before_the_onset_goes_but_for_a_millisecond(tmp_path):
    hit = noise(1)
    wave = np.concatenate([np.zeros(RATE // 2), hit])
    found = stroke_of(write(tmp_path / "a.wav", wave)).audio / 32768
    assert onset(found, RATE) == pytest.approx(44, abs=3)


def test_noise_before_the_hit_is_not_its_onset(tmp_path):
    wave = np.random.default_rng(0).uniform(-0.01, 0.01, RATE // 2)
    wave[RATE // 4 :] += np.pad(noise(1), (0, RATE // 4 - len(noise(1))))
    assert onset(wave, RATE) == pytest.approx(RATE // 4, abs=20)


def test_an_offset_is_taken_out(tmp_path):
    wave = np.concatenate([noise(1), np.zeros(RATE // 10)]) + 0.02
    found = stroke_of(write(tmp_path / "a.wav", wave)).audio / 32768
    assert abs(found[-200:].mean()) < 1e-3


def test_a_long_ring_is_cut_with_a_fade(tmp_path):
    found = stroke_of(write(tmp_path / "a.wav", tone(seconds=4.0)), longest_s=0.5)
    assert found.cut
    assert len(found.audio) == RATE // 2
    assert abs(int(found.audio[-1])) < 10
    assert not stroke_of(write(tmp_path / "b.wav", tone(seconds=0.3)), longest_s=0.5).cut


def test_levels_stay_unless_they_clip_or_are_to_be_normal(tmp_path):
    quiet = stroke_of(write(tmp_path / "a.wav", tone(level=0.1)))
    assert quiet.gain_db == 0.0
    assert quiet.original_peak_db == pytest.approx(20 * np.log10(0.1), abs=1.0)
    loud = stroke_of(write(tmp_path / "b.wav", tone(level=4.0), subtype="FLOAT"))
    assert loud.gain_db < -10
    assert np.abs(loud.audio.astype(int)).max() >= 32767
    normal = stroke_of(tmp_path / "a.wav", normalise=True)
    assert normal.peak_db == pytest.approx(-1.0, abs=0.05)


def test_a_finished_stroke_passes_unchanged(tmp_path):
    first = stroke_of(write(tmp_path / "a.wav", np.concatenate([np.zeros(999), tone()])))
    again = stroke_of(write(tmp_path / "b.flac", first.audio))
    assert len(again.audio) == len(first.audio)
    assert np.abs(again.audio.astype(int) - first.audio)[8:].max() <= 1


def test_two_hits_in_a_file_are_refused_a_flam_and_a_burst_are_not(tmp_path):
    two = np.concatenate([noise(1), np.zeros(RATE // 4), noise(2)])
    with pytest.raises(Unusable, match="loop"):
        stroke_of(write(tmp_path / "a.wav", two))
    flam = np.zeros(RATE // 2)
    for at in (0, 600, 1500):  # a clap's bursts
        flam[at : at + len(noise(1))] += noise(at)
    stroke_of(write(tmp_path / "b.wav", flam))


def test_clipping_is_measured_as_the_longest_run():
    wave = np.clip(3 * np.sin(2 * np.pi * 50 * np.arange(RATE // 10) / RATE), -1, 1)
    assert clip_run(wave[:, None].astype(np.float32)) > 300
    assert clip_run(0.5 * wave[:, None].astype(np.float32)) == 0
