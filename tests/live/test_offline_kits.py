"""Program changes of a MIDI file change the kit of a rendering, at their frame."""

import numpy as np
import pytest
from two_kits import FAR, write_both

from astrodrum_live.control.events import Hit, LoadKit
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.offline import OfflineInstrument

RATE = 48000
KICK, SNARE, THUD, BELL = 36, 38, 45, 53


def note(second: float, key: int) -> tuple[float, bytes]:
    return second, bytes([0x99, key, 100])


def program(second: float, number: int) -> tuple[float, bytes]:
    return second, bytes([0xC9, number])


def rendered(path, performance, block=256, generator="cpu", log=lambda text: None):
    instrument = OfflineInstrument(load_patch(path), 1, RATE, block, generator, log)
    try:
        timed, unmapped = instrument.events(performance)
        sound = np.concatenate(list(instrument.render(timed)))
        return sound, timed, unmapped, instrument.patch.kit
    finally:
        instrument.close()


def test_from_the_change_on_it_is_the_other_kit_to_the_bit(kit):
    near, far = write_both(kit)
    notes = [note(2.0 + 0.1 * n, (KICK, SNARE, THUD)[n % 3]) for n in range(9)]
    both = rendered(near, [note(0.1, BELL), program(1.9, 1), *notes])
    alone = rendered(far, notes)
    assert both[3] == "far"
    start, frames = 2 * RATE, min(len(both[0]), len(alone[0]))
    assert np.abs(both[0][:start]).max() > 0.02
    np.testing.assert_array_equal(both[0][start:frames], alone[0][start:frames])


def test_notes_are_read_by_the_kit_that_plays_when_they_come(kit):
    near, _ = write_both(kit)
    performance = [note(0.1, KICK), note(0.2, KICK), program(0.2, 1), note(0.2, KICK)]
    performance.append(note(0.3, 51))
    _, timed, unmapped, _ = rendered(near, performance, generator="frozen")
    hits = [(frame, event.pad) for frame, event in timed if isinstance(event, Hit)]
    assert hits == [(4800, 0), (9600, 0), (9601, 2), (14400, 3)]
    assert (9601, LoadKit("far")) in timed
    assert not unmapped


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_the_same_bits_at_any_block_size(kit, generator):
    near, _ = write_both(kit)
    performance = [note(0.04 * n, (KICK, SNARE, THUD)[n % 3]) for n in range(20)]
    performance = sorted([*performance, program(0.3, 1), program(0.55, 0)])
    expected = rendered(near, performance, generator=generator)[0]
    np.testing.assert_array_equal(rendered(near, performance, 5000, generator)[0], expected)


def test_a_kit_that_is_gone_or_broken_is_told_and_the_last_one_plays_on(kit):
    near, _ = write_both(kit, far=FAR.replace("e_kick", "e_kik"))
    log: list[str] = []
    performance = [program(0.1, 2), program(0.2, 1), note(0.3, KICK)]
    near.write_text(near.read_text().replace('[morph]\nto = "far"\n', ""))
    assert rendered(near, performance, generator="frozen", log=log.append)[3] == "near"
    assert "no kit of this name" in log[0]
    assert "e_kik" in log[1]
    assert all("'near' plays on" in line for line in log)
