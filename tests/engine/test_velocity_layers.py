"""A stroke gets a hit that was made for its like; else the nearest; and never nothing."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from small_world import IMPULSE, RATE, load, small_engine

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.layers import LAYER_TABLE, LAYERS, MADE_FOR, NEAREST, layer_of
from astrodrum_live.rt.hit_ring import SWEEP_NS
from astrodrum_live.rt.striking import TRIES
from astrodrum_live.velocity import pad_velocity

SOFT, MIDDLE, HARD = range(3)
LONG_NS = 10 * SWEEP_NS
BROKEN = np.full(3, np.nan, np.float32)


def fill(engine, pad=0, count=3, layers=range(LAYERS), **more):
    """Layer by layer, hits with the seeds 100, 101..., 200..., 300..."""
    for layer in layers:
        load(engine, pad, *[IMPULSE] * count, seed=100 * (layer + 1), layer=layer, **more)


def strike(engine, *velocities, pad=0):
    """Strike with each velocity, ten frames apart; returns the log."""
    for velocity in velocities:
        engine.post_hit(pad, velocity)
        engine.render(10)
    return engine.drain_played()


def seeds(engine, *layers, pad=0):
    return strike(engine, *(MADE_FOR[layer] for layer in layers), pad=pad)["seed"].tolist()


def test_every_layer_is_made_for_a_velocity_of_its_own():
    assert [layer_of(velocity) for velocity in MADE_FOR] == list(range(LAYERS))
    assert LAYER_TABLE[-1].below == 1.0
    assert sorted(LAYER_TABLE) == list(LAYER_TABLE)


@pytest.mark.parametrize(
    ("velocity", "layer"),
    [(0.0, 0), (0.449, 0), (0.45, 1), (0.749, 1), (0.75, 2), (1.0, 2), (7.0, 2), (np.nan, 0)],
)
def test_the_velocity_of_a_stroke_chooses_the_layer(velocity, layer):
    with small_engine() as engine:
        fill(engine)
        log = strike(engine, velocity)
        assert log["seed"].tolist() == [100 * (layer + 1)]
        assert log["layer"].tolist() == [layer]
        assert engine.layer(0, velocity) == layer


def test_floor_and_ceiling_move_the_layer_as_they_move_the_gain_and_the_curve_does_not():
    with small_engine() as engine:
        fill(engine, count=6)
        engine.post_set(0, "curve", 4.0)
        assert strike(engine, 0.5)["layer"].tolist() == [MIDDLE]
        engine.post_set(0, "floor", 0.5)
        assert strike(engine, 0.0, 1.0)["layer"].tolist() == [MIDDLE, HARD]
        engine.post_set(0, "floor", 0.0)
        engine.post_set(0, "ceiling", 0.4)
        assert strike(engine, 1.0)["layer"].tolist() == [SOFT]
        assert pad_velocity(1.0, 0.0, 0.4) == 0.4


def test_a_fixed_velocity_takes_the_place_of_every_stroke_and_zero_is_off():
    with small_engine() as engine:
        fill(engine)
        engine.post_set(0, "fixed", 1.0)
        assert strike(engine, 0.01, 0.6)["layer"].tolist() == [HARD, HARD]
        engine.post_set(0, "fixed", 0.0)
        assert strike(engine, 0.01)["layer"].tolist() == [SOFT]


def test_each_layer_is_played_in_its_own_order():
    with small_engine() as engine:
        fill(engine)
        order = [HARD, SOFT, HARD, MIDDLE, SOFT, MIDDLE, SOFT, HARD, MIDDLE]
        assert seeds(engine, *order) == [300, 100, 301, 200, 101, 201, 102, 302, 202]
        assert engine.counters()["repeated"] == 0


@pytest.mark.parametrize(
    ("layer", "expected"),
    [(SOFT, [100, 200, 300, 100]), (MIDDLE, [200, 100, 300, 200]), (HARD, [300, 200, 100, 300])],
)
def test_a_used_up_layer_takes_the_nearest_ones_hits_the_softer_first_before_it_repeats(
    layer, expected
):
    with small_engine() as engine:
        fill(engine, count=1)
        assert seeds(engine, *[layer] * 4) == expected
        assert engine.counters()["repeated"] == 1


@pytest.mark.parametrize("only", range(LAYERS))
def test_one_hit_in_any_layer_serves_every_stroke(only):
    with small_engine() as engine:
        fill(engine, count=1, layers=[only])
        log = strike(engine, *np.linspace(0, 1, 11))
        assert log["seed"].tolist() == [100 * (only + 1)] * 11
        assert (log["layer"] == only).all()
        assert engine.counters()["empty"] == 0


def test_the_layers_of_other_pads_are_theirs():
    with small_engine() as engine:
        fill(engine, pad=3)
        strike(engine, 0.1, 0.9, pad=2)
        strike(engine, 0.1, 0.9, pad=4)
        assert engine.counters()["empty"] == 4
        assert engine.rings.ready().sum() == engine.rings.ready()[3].sum() == 9


def test_what_a_stroke_wanted_is_told_whatever_it_got():
    with small_engine() as engine:
        fill(engine, layers=[SOFT])
        engine.render(5)
        strike(engine, 0.9)
        strike(engine, 0.3)
        assert engine.rings.struck()[0].tolist() == [16, 0, 6]
        assert engine.rings.struck()[1:].sum() == 0


def test_a_tweak_lets_the_old_hits_of_all_layers_go_as_soon_as_one_new_hit_is_there():
    with small_engine() as engine:
        fill(engine, epoch=1)
        load(engine, 0, IMPULSE, seed=900, layer=MIDDLE, epoch=2, asked_ns=LONG_NS)
        assert seeds(engine, SOFT, MIDDLE, HARD, SOFT) == [900] * 4
        assert engine.rings.ready().sum() == 0
        load(engine, 0, IMPULSE, seed=901, layer=HARD, epoch=2, asked_ns=LONG_NS)
        assert seeds(engine, SOFT, HARD, MIDDLE) == [901, 901, 900]
        assert engine.counters()["stale_dropped"] == 9


def test_in_a_sweep_a_stroke_keeps_its_layer_and_takes_its_latest_hit():
    """Loud strokes must not take soft hits because these are a hundredth of a second newer."""
    with small_engine() as engine:
        fill(engine, epoch=1)
        turn_ns = SWEEP_NS // 10
        for epoch in range(2, 40):
            layer = epoch % LAYERS
            asked_ns = LONG_NS + epoch * turn_ns
            load(engine, 0, IMPULSE, seed=epoch, layer=layer, epoch=epoch, asked_ns=asked_ns)
            engine.render(1)
            if epoch > 4:
                assert engine.rings.ready()[0].tolist() == [1] * LAYERS
        assert seeds(engine, 36 % LAYERS, 37 % LAYERS, 38 % LAYERS) == [39, 37, 38]


def test_a_layer_that_a_sweep_has_left_behind_follows_through_the_others():
    with small_engine() as engine:
        fill(engine, epoch=1)
        for epoch in range(2, 40):
            asked_ns = LONG_NS + epoch * SWEEP_NS // 10
            load(engine, 0, IMPULSE, seed=epoch, layer=HARD, epoch=epoch, asked_ns=asked_ns)
            engine.render(1)
        assert seeds(engine, SOFT, SOFT, HARD) == [39, 39, 39]


def test_if_the_new_hits_are_broken_an_old_one_of_another_layer_sounds():
    with small_engine() as engine:
        fill(engine, layers=[SOFT], epoch=1)
        load(engine, 0, BROKEN, seed=9, layer=HARD, epoch=2, asked_ns=LONG_NS)
        assert set(seeds(engine, HARD, SOFT)) <= {100, 101, 102}
        assert engine.counters()["empty"] == 0


@dataclass
class Hit:
    seed: int
    epoch: int
    asked_ns: int
    good: bool
    known_bad: bool = False


@dataclass
class PlainPad:
    """What a pad should do, said again as plainly as possible: lists, no rings, no atomics."""

    ready: list[list[Hit]] = field(default_factory=lambda: [[] for _ in range(LAYERS)])
    head: list[Hit | None] = field(default_factory=lambda: [None] * LAYERS)
    new: set[int] = field(default_factory=set)
    epoch: int = 0
    asked_ns: int = 0

    def push(self, layer: int, hit: Hit) -> bool:
        if len(self.ready[layer]) + (self.head[layer] is not None) == RING_SLOTS:
            return False
        self.ready[layer].append(hit)
        self.new.add(layer)
        return True

    def outdated(self, hit: Hit) -> bool:
        return hit.epoch < self.epoch and hit.asked_ns + SWEEP_NS < self.asked_ns

    def begin_block(self) -> None:
        for layer in sorted(self.new):
            newest = [self.head[layer], *self.ready[layer]][-1]
            if newest.epoch > self.epoch:
                self.epoch, self.asked_ns = newest.epoch, newest.asked_ns
                for other in range(LAYERS):
                    self.drop(other, self.outdated)
            if newest.epoch == self.epoch:
                self.drop(layer, lambda hit: hit.epoch < self.epoch)
        self.new.clear()

    def drop(self, layer: int, gone) -> None:
        head = self.head[layer]
        if head is not None and not gone(head):
            return
        while self.ready[layer] and gone(self.ready[layer][0]):
            self.head[layer] = self.ready[layer].pop(0)

    def strike(self, layer: int) -> tuple[int, int, bool] | None:
        """Seed, layer and whether it is a repeat; None for silence."""
        for last_try in [False] * (TRIES - 1) + [True]:
            found = self.fresh(layer)
            again = self.played(layer)
            if again is not None and (last_try or found is None):
                if self.head[again].good:
                    return self.head[again].seed, again, True
                self.head[again].known_bad = True
            elif found is None:
                return None
            else:
                own, hit = found
                if hit.good:
                    del self.ready[own][: self.ready[own].index(hit) + 1]
                    self.head[own] = hit
                    return hit.seed, own, False
                hit.known_bad = True
        return None

    def fresh(self, layer: int) -> tuple[int, Hit] | None:
        for own in NEAREST[layer]:
            for hit in self.ready[own]:
                if not hit.known_bad:
                    return own, hit
        return None

    def played(self, layer: int) -> int | None:
        heads = [own for own in NEAREST[layer] if self.head[own] and not self.head[own].known_bad]
        current = [own for own in heads if not self.outdated(self.head[own])]
        return next(iter(current + heads), None)


def moves(seed: int, count: int = 80):
    """What happens to a pad: kind, layer or nanoseconds, how often."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        what = str(rng.choice(["push", "broken", "strike", "tweak"], p=[0.3, 0.1, 0.4, 0.2]))
        layer = int(rng.integers(LAYERS))
        pause_ns = int(rng.choice([1, SWEEP_NS // 3, LONG_NS]))
        yield what, pause_ns if what == "tweak" else layer, int(rng.integers(1, 7))


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_a_pad_does_what_the_plain_one_does(seed):
    with small_engine(voices=4, hit_seconds=0.05) as engine:
        plain, name, epoch, asked_ns, expected = PlainPad(), 0, 1, 0, []
        for what, which, count in moves(seed):
            for _ in range(count if what != "tweak" else 1):
                name += 1
                if what == "tweak":
                    epoch, asked_ns = epoch + 1, asked_ns + which
                elif what == "strike":
                    engine.post_hit(0, MADE_FOR[which])
                    engine.render(4)
                    plain.begin_block()
                    expected.append(plain.strike(which))
                else:
                    hit = Hit(name, epoch, asked_ns, what == "push")
                    audio = IMPULSE if hit.good else BROKEN
                    took = engine.rings.push(0, which, audio, RATE, name, epoch, asked_ns)
                    assert took == plain.push(which, hit)
        log = engine.drain_played()
        heard = [(int(h["seed"]), int(h["layer"]), bool(h["repeated"])) for h in log]
        assert heard == [sound for sound in expected if sound is not None]
        assert engine.counters()["empty"] == expected.count(None)


@pytest.mark.parametrize("seed", range(30, 40))
def test_a_pad_that_ever_had_a_hit_and_no_broken_one_is_never_silent(seed):
    with small_engine(voices=4, hit_seconds=0.05) as engine:
        fill(engine, count=1, layers=[MIDDLE])
        epoch, asked_ns, strokes = 1, 0, 0
        for what, which, count in moves(seed):
            if what == "tweak":
                epoch, asked_ns = epoch + 1, asked_ns + which
            elif what == "strike":
                strokes += count
                strike(engine, *[MADE_FOR[which]] * count)
            else:
                for number in range(count):
                    engine.rings.push(0, which, IMPULSE, RATE, number, epoch, asked_ns)
        assert engine.counters()["played"] == strokes > 0
        assert engine.counters()["empty"] == 0
