"""Offline rendering: the same bits whatever the block size, and every hit on its frame."""

import itertools

import numpy as np
import pytest

from astrodrum_live.control.events import Choke, Hit, Set, SetOrbit
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.generation.device_choice import GeneratorError
from astrodrum_live.layers import layer_of
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.live.onsets import name_onsets, write_onsets
from astrodrum_live.model.checkpoint import ModelError

RATE = 48000

KIT = """version = 1
[[pad]]
name = "kick"
class = "kick"
pitch_st = -3.0
[[pad]]
name = "hat"
class = { hat_closed = 2, perc = 1 }
choke_group = "hat"
[[pad]]
name = "open"
class = "hat_open"
choke_group = "hat"
"""


def score() -> list:
    """Hits, a roll of 100 on one pad, chokes, and sounds that change amid a block."""
    timed = [(1 + 997 * n, Hit(n % 3, 0.2 + 0.07 * (n % 10))) for n in range(12)]
    timed += [(6000 + 23 * n, Hit(1, 0.5, (("pan", n / 100),))) for n in range(100)]
    timed += [(3333, Set(0, "z1", 2.0)), (3333, Hit(0, 0.9)), (3334, Hit(0, 0.8))]
    timed += [(7001, Set(1, "average", 12.0)), (7001, Set(1, "radius", 2.0))]
    timed += [(7500, Set(2, "floor", 0.5)), (7400, Hit(2, 0.2)), (7600, Hit(2, 0.2))]
    timed += [(8005, Choke(1)), (8006, Set(1, "gain", -9.0)), (8200, Set(None, "gain", -3.0))]
    return sorted(timed, key=lambda item: item[0])


def rendered(patch, timed, seed=1, block=256, generator="frozen"):
    """The sound, the played log, the counters."""
    instrument = OfflineInstrument(patch, seed, RATE, block, generator)
    try:
        sound, played = [], []
        for piece in instrument.render(timed):
            sound.append(piece)
            played.append(instrument.engine.drain_played())
        return np.concatenate(sound), np.concatenate(played), instrument.engine.counters()
    finally:
        instrument.close()


@pytest.fixture
def patch(kit):
    return load_patch(kit("three", KIT))


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_the_same_bits_at_any_block_size(patch, generator):
    expected, played, counters = rendered(patch, score(), generator=generator)
    assert counters["empty"] == counters["repeated"] == counters["late"] == 0
    assert counters["played"] == sum(isinstance(event, Hit) for _, event in score())
    for block in (64, 1000, 8192) if generator == "frozen" else (7999,):
        again, log, _ = rendered(patch, score(), block=block, generator=generator)
        np.testing.assert_array_equal(again, expected, err_msg=f"block {block}")
        np.testing.assert_array_equal(log, played)


def test_the_same_seed_the_same_bits_another_seed_another_take(patch):
    first, played, _ = rendered(patch, score(), seed=5, generator="cpu")
    again, _, _ = rendered(patch, score(), seed=5, generator="cpu")
    other, other_played, _ = rendered(patch, score(), seed=6, generator="cpu")
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first[: len(other)], other[: len(first)])
    assert (played["frame"] == other_played["frame"]).all()
    assert not set(played["seed"]) & set(other_played["seed"])


def test_every_hit_is_a_new_one_and_sounds_on_its_frame(patch):
    timed = [(int(frame), Hit(0, 1.0)) for frame in np.arange(1, 60) * 700]
    _, played, _ = rendered(patch, timed, generator="cpu")
    assert played["frame"].tolist() == [frame for frame, _ in timed]
    assert len(set(played["seed"])) == len(timed)


def test_every_stroke_gets_a_hit_of_its_own_layer(patch):
    strokes = np.random.default_rng(3).random(80)
    timed = [(100 + 50 * n, Hit(n % 2, velocity)) for n, velocity in enumerate(strokes)]
    _, played, counters = rendered(patch, timed)
    assert played["layer"].tolist() == [layer_of(velocity) for velocity in strokes]
    assert counters["repeated"] == 0


def test_a_floor_that_is_raised_moves_the_strokes_after_it(patch):
    timed = [(100 * n, Hit(0, 0.1)) for n in range(1, 7)]
    timed.insert(3, (350, Set(0, "floor", 0.8)))
    _, played, _ = rendered(patch, timed, block=8192)
    assert played["layer"].tolist() == [0, 0, 0, 2, 2, 2]


def test_a_tweak_is_heard_from_its_own_frame_on(patch):
    """The hit before it is the old sound and the hit at it the new one, in one block."""
    plain = [(100 * n, Hit(0, 1.0)) for n in range(1, 9)]
    _, before, _ = rendered(patch, plain, block=8192)
    tweaked = [*plain[:4], (500, Set(0, "z1", 3.0)), *plain[4:]]
    _, after, _ = rendered(patch, tweaked, block=8192)
    assert after["epoch"].tolist() == [1] * 4 + [2] * 4
    assert before["epoch"].tolist() == [1] * 8


def test_more_hits_in_one_frame_than_a_ring_holds_come_to_an_end(patch):
    _, played, counters = rendered(patch, [(10, Hit(0, 0.1))] * 200)
    assert counters["played"] == 200
    assert counters["empty"] == 0
    assert set(played["frame"]) == {10}


def test_a_score_without_hits_is_silence(patch):
    sound, played, _ = rendered(patch, [])
    assert not sound.any()
    assert len(played) == 0


def test_the_last_hit_rings_out(patch):
    sound, _, _ = rendered(patch, [(4800, Hit(0, 1.0)), (9600, Hit(2, 1.0))])
    assert np.abs(sound).max() > 0.01
    assert not sound[-480:].any()


def test_progress_is_told_frame_by_frame(patch):
    instrument = OfflineInstrument(patch, 1, RATE, 480, "frozen")
    told: list[int] = []
    total = sum(len(piece) for piece in instrument.render([(1, Hit(0, 1.0))], told.append))
    assert told[-1] == total == instrument.length([(1, Hit(0, 1.0))])
    assert all(a < b for a, b in itertools.pairwise(told))
    instrument.close()


def test_onsets_are_written_one_line_per_hit(patch, tmp_path):
    _, played, _ = rendered(patch, [(7, Hit(0, 1.0)), (700, Hit(2, 0.25))])
    pads = dict(enumerate(patch.pad_names()))
    write_onsets(tmp_path / "o.csv", name_onsets(played, pads))
    lines = (tmp_path / "o.csv").read_text().splitlines()
    assert lines[0] == "frame,pad,velocity,seed,made_for,number"
    assert lines[1].startswith("7,kick,1.0000,")
    assert lines[2].startswith("700,open,0.2500,")
    assert all(len(line.split(",")[3]) == 16 for line in lines[1:])
    assert [line.split(",")[4:] for line in lines[1:]] == [["0.9", ""], ["0.3", ""]]


def test_what_cannot_be_rendered_leaves_no_memory(kit, tmp_path, shared_blocks):
    blocks = shared_blocks()
    with pytest.raises(ModelError, match="no such model folder"):
        OfflineInstrument(load_patch(kit(model=tmp_path / "none")), 1)
    with pytest.raises(GeneratorError):
        OfflineInstrument(load_patch(kit()), 1, generator="gpu")
    with pytest.raises(ValueError, match="rate is 7"):
        OfflineInstrument(load_patch(kit()), 1, rate=7)
    assert shared_blocks() == blocks


ROOMY = KIT + "[[orbit]]\norbit = 2\nroom = 0.8\nsize = 0.2\ndelay = 0.5\ndelaytime = 0.03\n"


def orbit_score() -> list:
    """Hits in and out of a room, turned while they sound."""
    own = [(("orbit", float(n % 3)), ("cutoff", 900.0), ("cut", float(n % 2))) for n in range(12)]
    timed = [(1 + 997 * n, Hit(n % 3, 0.8, own[n])) for n in range(12)]
    timed += [(4001, SetOrbit(2, "size", 0.4)), (5003, SetOrbit(2, "delaytime", 0.01))]
    timed += [(6007, SetOrbit(0, "room", 0.5)), (9001, SetOrbit(0, "room", 0.0))]
    return sorted(timed, key=lambda item: item[0])


@pytest.mark.parametrize("block", [64, 1000])
def test_orbits_too_are_the_same_bits_at_any_block_size(kit, block):
    patch = load_patch(kit("roomy", ROOMY))
    whole, *_ = rendered(patch, orbit_score())
    other, *_ = rendered(patch, orbit_score(), block=block)
    np.testing.assert_array_equal(whole, other)


def test_a_kits_orbits_sound_and_their_tails_are_rendered(kit):
    one = [(1, Hit(0, 0.9, (("orbit", 2.0),)))]
    dry, *_ = rendered(load_patch(kit("three", KIT)), one)
    wet, *_ = rendered(load_patch(kit("roomy", ROOMY)), one)
    assert len(wet) > len(dry)
    assert np.abs(wet[: len(dry)] - dry).max() > 1e-3
    assert np.abs(wet[-RATE // 50 :]).max() < 1e-3 * np.abs(wet).max() * 2


def test_a_slow_hit_is_rendered_to_its_end(kit):
    patch = load_patch(kit("three", KIT))
    slow, *_ = rendered(patch, [(1, Hit(0, 0.9, (("speed", 0.1), ("loop", 2.0))))])
    assert np.abs(slow[-RATE // 50 :]).max() == 0.0
    usual, *_ = rendered(patch, [(1, Hit(0, 0.9))])
    assert np.flatnonzero(slow[:, 0])[-1] > len(usual)


def ordered_score() -> list:
    """Numbered hits that come again, hits with knobs of their own, ready hits between them."""
    timed = [(1 + 331 * n, Hit(n % 3, 0.8, (), n % 5)) for n in range(20)]
    timed += [(50 + 700 * n, Hit(0, 0.5, (("z1", n / 3 - 1), ("pan", 0.5)))) for n in range(8)]
    timed += [(99 + 800 * n, Hit(n % 3, 0.7)) for n in range(8)]
    timed += [(4000, Set(0, "z2", 1.0)), (4001, Hit(0, 0.9, (), -3))]
    timed += [(5000, Hit(1, 0.9, (), number)) for number in range(100, 150)]
    return sorted(timed, key=lambda item: item[0])


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_hits_made_to_order_are_the_same_bits_at_any_block_size(patch, generator):
    expected, played, counters = rendered(patch, ordered_score(), generator=generator)
    assert counters["made_to_order"] == 20 + 8 + 1 + 50
    assert counters["unmade"] == counters["empty"] == counters["repeated"] == 0
    for block in (64, 8192):
        again, log, _ = rendered(patch, ordered_score(), block=block, generator=generator)
        np.testing.assert_array_equal(again, expected, err_msg=f"block {block}")
        np.testing.assert_array_equal(log, played)


def test_a_number_sounds_the_same_in_every_take_and_the_others_do_not(patch):
    one, two = (rendered(patch, ordered_score(), seed, generator="cpu")[1] for seed in (5, 6))
    numbered = [event.number is not None for _, event in ordered_score() if isinstance(event, Hit)]
    same = (one["seed"] == two["seed"]).tolist()
    assert same == numbered
    assert (one["number"][numbered] == two["number"][numbered]).all()


def test_a_fresh_hit_with_knobs_can_be_had_again_by_its_number(patch):
    """What the log tells of it is enough."""
    own = (("z1", 1.5), ("brightness", 0.25))
    _, played, _ = rendered(patch, [(1, Hit(0, 0.75, own))], generator="cpu")
    number = int(played["number"][0])
    _, replayed, _ = rendered(patch, [(1, Hit(0, 0.75, own, number))], 99, generator="cpu")
    assert replayed["seed"] == played["seed"]
    assert (played["made_for"][0], replayed["made_for"][0]) == (0.9, 0.75)


def test_more_distinct_sounds_than_slots_within_one_block(patch):
    timed = [(10 + n, Hit(n % 3, 0.5, (), n)) for n in range(500)]
    for block in (256, 8192):
        _, played, counters = rendered(patch, timed, block=block)
        assert counters["made_to_order"] == 500
        assert played["number"].tolist() == list(range(500))


def test_onsets_tell_the_numbers_of_hits_made_to_order(patch, tmp_path):
    _, played, _ = rendered(patch, [(7, Hit(0, 1.0, (), 12345)), (700, Hit(2, 0.25))])
    onsets = name_onsets(played, dict(enumerate(patch.pad_names())))
    write_onsets(tmp_path / "o.csv", onsets)
    lines = (tmp_path / "o.csv").read_text().splitlines()
    assert [line.split(",")[4:] for line in lines[1:]] == [["0.75", "12345"], ["0.3", ""]]
    assert [onset.number for onset in onsets] == [12345, None]
