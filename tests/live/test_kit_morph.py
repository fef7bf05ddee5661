"""From kit to kit on one fader: both ends to the bit, and what lies between."""

import numpy as np
import pytest
from two_kits import FAR, NEAR, write_both

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Hit, Set
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.makers import FrozenMaker, ModelMaker, Request
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.kit_way import on_the_way, pairs_of
from astrodrum_live.live.model_choice import choose_model
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.params import PAD_INDEX

RATE = 48000
FADER = "kit_morph"
KICK, SNARE, TOM, BELL = range(4)
FAR_SNARE, FAR_TOM, FAR_KICK = range(3)
PAIRS = {KICK: FAR_KICK, SNARE: FAR_SNARE, TOM: FAR_TOM}
LAYER = 1 << 41


@pytest.fixture
def both(kit):
    near, far = write_both(kit)
    return choose_model(load_patch(near)), choose_model(load_patch(far))


@pytest.fixture
def stage(both):
    """An engine with the first kit, and the fader."""
    engine = Engine(EngineConfig(hit_seconds=0.1))
    load_kit(engine, both[0].patch)
    morph = Morph(engine)
    morph.load(both[0].way)
    yield engine, morph
    engine.close()


def rendered(patch, timed, seed=1, block=256, generator="cpu"):
    instrument = OfflineInstrument(patch, seed, RATE, block, generator)
    try:
        return np.concatenate(list(instrument.render(timed)))
    finally:
        instrument.close()


def rows(choice) -> np.ndarray:
    return np.array(choice.sounds.rows)


def at(choice, share: float) -> np.ndarray:
    values = rows(choice)
    for pad, way in choice.way.rows.items():
        values[pad] = on_the_way(way, share)
    return values


def test_pads_go_by_name_then_by_class_and_who_is_alone_is_told(both):
    near, far = both
    assert pairs_of(near.patch, far.patch) == PAIRS
    assert near.way.note == (
        "on the way to 'far': nothing there for bell, which it leaves alone;"
        " no pad becomes ride of 'far'"
    )


def test_at_0_hits_are_the_first_kits_and_at_1_the_others_to_the_bit(both, kit):
    near, far = both
    alone = choose_model(load_patch(kit("alone", NEAR.format(master="", snare="").replace(
        '[morph]\nto = "far"\n', ""))))  # fmt: skip
    way, first, last = (ModelMaker(one.sounds, RATE, 3) for one in (near, alone, far))
    for pad, other in PAIRS.items():
        for number in (0, 7, LAYER):
            here = way.make([Request(pad, number)], at(near, 0.0))[0]
            there = way.make([Request(pad, number)], at(near, 1.0))[0]
            same = first.make([Request(pad, number)], rows(alone))[0]
            others = last.make([Request(other, number)], rows(far))[0]
            assert (here.seed, there.seed) == (same.seed, others.seed)
            np.testing.assert_array_equal(here.audio, same.audio)
            np.testing.assert_array_equal(there.audio, others.audio)


def test_what_the_generator_is_told_says_the_ends_and_old_takes_have_none(both):
    sounds = both[0].sounds
    assert Sounds.from_message(sounds.to_message()) == sounds
    message = sounds.to_message()
    del message["ends"]
    assert Sounds.from_message(message).ends == ()


def test_half_way_is_neither_and_a_pad_without_a_counterpart_never_changes(both):
    near, _ = both
    maker = ModelMaker(near.sounds, RATE, 3)
    made = [maker.make([Request(KICK, 4)], at(near, share))[0].audio for share in (0.0, 0.5, 1.0)]
    assert not any(np.array_equal(a[:2000], made[1][:2000]) for a in (made[0], made[2]))
    values = at(near, 0.0)
    values[BELL, PAD_INDEX[FADER]] = 0.5
    bell = [maker.make([Request(BELL, 4)], table)[0].audio for table in (at(near, 0.0), values)]
    np.testing.assert_array_equal(*bell)


def test_rows_go_along_their_warp_and_names_of_places_change_half_way(both):
    ends = both[0].way.rows[SNARE]
    for share in (0.25, 0.49, 0.5, 0.75):
        row = on_the_way(ends, share)
        assert row[PAD_INDEX["lowpass"]] == pytest.approx(1000.0 * 16.0**share)
        assert row[PAD_INDEX["pan"]] == pytest.approx(share - 0.5)
        assert row[PAD_INDEX["seed"]] == (6.0 if share < 0.5 else 23.0)
        assert row[PAD_INDEX[FADER]] == share


def test_no_row_passes_a_value_that_means_another_thing(both):
    """A crusher that is off (0) must not pass 1 bit on its way to 8, nor a rate of 1 to -1 rest."""
    ends = both[0].way.rows[SNARE].copy()
    for name, there in (("crush", 8.0), ("speed", -1.0), ("bandf", 800.0), ("fixed", 0.9)):
        ends[1, PAD_INDEX[name]] = there
    for share in np.linspace(0.0, 1.0, 21):
        row = on_the_way(ends, share)
        for name in ("crush", "speed", "bandf", "fixed"):
            assert row[PAD_INDEX[name]] in ends[:, PAD_INDEX[name]]


def test_the_fader_takes_every_pad_along_but_those_that_do_not_follow(stage):
    engine, morph = stage
    engine.post_set(SNARE, "kit_follow", 0.0)
    morph.turn(None, 0.5)
    assert engine.value(None, FADER) == engine.value(KICK, FADER) == 0.5
    assert engine.value(KICK, "gain") == -7.0
    assert engine.value(SNARE, FADER) == 0.0
    assert engine.value(SNARE, "pan") == -0.5
    morph.turn(SNARE, 1.0)
    morph.turn(None, 0.25)
    assert engine.value(SNARE, FADER) == 1.0
    assert engine.value(SNARE, "pan") == 0.5
    assert engine.value(BELL, FADER) == 0.0


def test_one_move_makes_the_ready_hits_stale_once(stage):
    engine, morph = stage
    before = engine.rings.epochs()
    morph.turn(None, 0.3)
    np.testing.assert_array_equal((engine.rings.epochs() - before)[:4], [1, 1, 1, 0])


def test_what_was_turned_at_an_end_is_found_there_again(stage):
    engine, morph = stage
    engine.post_set(KICK, "gain", -20.0)
    engine.post_set(KICK, "decay", 0.9)
    morph.turn(None, 1.0)
    assert engine.value(KICK, "gain") == -2.0
    engine.post_set(KICK, "gain", -3.0)
    morph.turn(None, 0.5)
    assert engine.value(KICK, "gain") == -11.5
    engine.post_set(KICK, "gain", 5.0)  # on the way the last one that was turned counts
    assert engine.value(KICK, "gain") == 5.0
    morph.turn(None, 0.0)
    assert engine.value(KICK, "gain") == -20.0
    assert engine.value(KICK, "decay") == 0.9
    morph.turn(None, 1.0)
    assert engine.value(KICK, "gain") == -3.0


def test_a_kit_may_start_on_its_way_and_pads_where_they_say(kit):
    near, far = write_both(kit, "kit_morph = 1.0", "kit_morph = 0.5")
    choice, other = choose_model(load_patch(near)), choose_model(load_patch(far))
    assert choice.patch.pads[KICK].values["gain"] == -2.0
    assert choice.patch.pads[SNARE].values["pan"] == 0.0
    keys = [
        one.sounds.key(pad, "hash", rows(one)[pad]) for one, pad in ((choice, 0), (other, FAR_KICK))
    ]
    assert keys[0] == keys[1]  # arrived, a pad has the far kit's frozen hits
    label = FrozenMaker(choice.sounds, RATE, 0).make([Request(KICK, 0)], rows(choice))[0].seed
    assert label == FrozenMaker(other.sounds, RATE, 0).make(
        [Request(FAR_KICK, 0)], rows(other))[0].seed  # fmt: skip


def struck(pads, first: int = 4800) -> list:
    return [(first + 3000 * n, Hit(pads[n % len(pads)], 0.3 + 0.1 * (n % 7))) for n in range(9)]


def test_a_fader_moved_before_the_first_hit_renders_the_other_kit_to_the_bit(kit):
    near, far = (load_patch(path) for path in write_both(kit))
    moved = [(1, Set(None, FADER, 1.0)), *struck((KICK, SNARE, TOM))]
    expected = rendered(far, struck((FAR_KICK, FAR_SNARE, FAR_TOM)))
    got = rendered(near, moved)
    frames = min(len(got), len(expected))
    assert np.abs(expected).max() > 0.05
    np.testing.assert_array_equal(got[:frames], expected[:frames])


def sweep() -> list:
    timed = [(900 * n + 1, Set(None, FADER, n / 24)) for n in range(25)]
    timed += [(1000 * n + 7, Hit(n % 4, 0.6)) for n in range(24)]
    timed += [(9001, Set(SNARE, "kit_follow", 0.0)), (9002, Set(SNARE, FADER, 0.9))]
    return sorted(timed, key=lambda item: item[0])


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_a_moving_fader_renders_the_same_bits_at_any_block_size(kit, generator):
    near = load_patch(write_both(kit)[0])
    expected = rendered(near, sweep(), generator=generator)
    again = rendered(near, sweep(), block=4001, generator=generator)
    np.testing.assert_array_equal(again, expected)


def test_a_controller_in_a_midi_file_moves_the_fader(kit):
    near = load_patch(write_both(kit)[0])
    instrument = OfflineInstrument(near, 1, RATE, generator="frozen")
    try:
        timed, _ = instrument.events([(0.1, bytes([0xB9, 1, 127])), (0.2, bytes([0xB9, 2, 0]))])
        assert [event for _, event in timed] == [Set(None, FADER, 1.0), Set(TOM, FADER, 0.0)]
        for _ in instrument.render(timed):
            pass
        assert instrument.engine.value(KICK, "gain") == -2.0
        assert instrument.engine.value(TOM, "average") == 1.0
    finally:
        instrument.close()


def test_one_hit_may_be_somewhere_on_the_way(stage, both):
    engine, morph = stage
    desk = OrderDesk(engine, morph=morph)
    desk.post_hit(Hit(SNARE, 0.5, ((FADER, 1.0), ("radius", 0.0)), 5), 0, 1)
    row = engine.memory.header[0]["sound_order"][0]["row"]
    expected = both[0].way.rows[SNARE][1].copy()
    expected[PAD_INDEX[FADER]], expected[PAD_INDEX["radius"]] = 1.0, 0.0
    np.testing.assert_array_equal(row, expected)
    assert engine.value(SNARE, FADER) == 0.0


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ('to = "farr"', r"near.toml:5: the kit to go to cannot be read: .*no kit of this name"),
        ("", r"\[morph\] leads nowhere"),
        ('to = "near"\nfrom = "far"', "unknown key 'from'"),
    ],
)
def test_a_way_that_leads_nowhere_is_refused_with_its_line(kit, to, said):
    text = NEAR.format(master="", snare="").replace('to = "far"', to)
    with pytest.raises(PatchError, match=said):
        choose_model(load_patch(kit("near", text)))


def test_kits_of_two_models_are_refused_by_the_names_of_both(kit, other_model, tiny_model):
    near = kit("near", NEAR.format(master="", snare=""))
    kit("far", FAR, other_model)
    with pytest.raises(PatchError, match=r"'near' of the model 'tiny' .* to 'far' of 'other'"):
        choose_model(load_patch(near))


def test_no_step_of_a_swept_fader_is_longer_than_its_rows_ramps_allow(stage):
    """A hit that is all ones sounds as its gain: of the kick's, -12 to -2 dB in ramps of 10 ms, and
    of the snare's pan, from side to side."""
    engine, morph = stage
    for pad in (KICK, SNARE):
        for n in range(3):
            engine.rings.push(pad, 1, np.ones(4800), RATE, n, int(engine.rings.epochs()[pad]))
        engine.post_set(pad, "release", 100.0)
        engine.post_hit(pad, 1.0)
    sound = [engine.render(240)]
    for share in (*np.linspace(0.0, 1.0, 7), 0.0, 1.0):  # slowly, and at once
        morph.turn(None, float(share))
        sound.append(engine.render(240))
    steps = np.abs(np.diff(np.concatenate(sound)[10:2400], axis=0)).max()
    slew = 0.010 * RATE
    loudest = 10 ** (-2.0 / 20) * np.sqrt(0.5) + 1.0  # what two pads may go through at most
    assert 0.0001 < steps <= loudest / slew


def test_along_the_fader_the_first_kit_is_left_and_the_other_approached_all_the_way(both):
    near, _ = both
    maker = ModelMaker(near.sounds, RATE, 3)
    home_of = maker._placing._homes.of
    for pad in PAIRS:
        homes = [home_of(pad, at(near, share)[pad]) for share in np.linspace(0.0, 1.0, 11)]
        for part in (0, 1):  # class mix, latent
            way = np.array([home[part] for home in homes], np.float64)
            left = np.linalg.norm(way - way[0], axis=1)
            ahead = np.linalg.norm(way - way[-1], axis=1)
            assert (np.diff(left) > 0).all()
            assert (np.diff(ahead) < 0).all()
            assert np.diff(left).max() < 0.2 * left[-1]
