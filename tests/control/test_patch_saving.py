"""Writing a patch keeps its comments; saving it by hand reloads it; a bad edit harms nothing."""

import re
import shutil
import threading
import time

import pytest

from astrodrum_live.control.patch import Patch, PatchError
from astrodrum_live.control.patch_file import find_patch, load_patch, save_values
from astrodrum_live.control.patch_watch import watch_patch
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS


def some_value(row):
    value = row.low + 0.61 * (row.high - row.low)
    return float(round(value)) if row.integer else round(value, 6)


@pytest.fixture
def kit(tmp_path):
    return shutil.copy(find_patch("default"), tmp_path / "mine.toml")


def with_seed(text, line):
    """The kit with another line for its first pad's seed."""
    first = text.index("[[pad]]")
    return text[:first] + re.sub(r"(?m)^seed = \d+", line, text[first:], count=1)


def test_every_row_survives_save_and_load(kit):
    changes = {("snare", row.name): some_value(row) for row in PAD_PARAMS}
    changes |= {(None, row.name): some_value(row) for row in MASTER_PARAMS}
    before = load_patch(kit)
    saved = save_values(kit, changes)
    loaded = load_patch(kit)
    assert saved == loaded
    assert loaded.pads[1].values == {row.name: some_value(row) for row in PAD_PARAMS}
    assert loaded.master == {row.name: some_value(row) for row in MASTER_PARAMS}
    assert loaded.pads[0] == before.pads[0]
    assert loaded.pads[2:] == before.pads[2:]


def test_comments_and_order_survive_a_save(kit):
    before = kit.read_text().splitlines()
    save_values(kit, {("kick", "radius"): 0.9, ("perc", "release"): 90.0})
    after = kit.read_text().splitlines()
    changed = [line for line in after if line not in before]
    assert [line.split("#")[0].strip() for line in changed] == ["radius = 0.9", "release_ms = 90.0"]
    assert "0 machine, 1 drummer" in changed[0]
    assert len(after) == len(before) + 1


def test_a_master_table_appears_when_it_is_needed(new_kit):
    path = new_kit('# mine\n[[pad]]\nname = "kick"\nclass = "kick"\n')
    save_values(path, {(None, "gain"): -6.0})
    assert load_patch(path).master["gain"] == -6.0
    assert "# mine" in path.read_text()


def test_a_save_that_would_break_the_patch_leaves_it_untouched(kit):
    before = kit.read_bytes()
    with pytest.raises(PatchError, match="out of range"):
        save_values(kit, {("kick", "gain"): 99.0})
    with pytest.raises(KeyError, match="did you mean 'kick'"):
        save_values(kit, {("kik", "gain"): 1.0})
    with pytest.raises(KeyError, match="did you mean 'gain'"):
        save_values(kit, {("kick", "gian"): 1.0})
    assert kit.read_bytes() == before
    assert list(kit.parent.iterdir()) == [kit]


class Told:
    """What a watcher told, to be waited for."""

    def __init__(self):
        self.results = []
        self.more = threading.Condition()

    def __call__(self, result):
        with self.more:
            self.results.append(result)
            self.more.notify_all()

    def wait_for(self, count):
        with self.more:
            assert self.more.wait_for(lambda: len(self.results) >= count, timeout=10), self.results
            return self.results[count - 1]


def test_saving_reloads_and_a_bad_edit_is_only_told(kit):
    told = Told()
    watcher = watch_patch(kit, told)
    try:
        good = kit.read_text()
        kit.write_text(with_seed(good, "seed = 777"))
        patch = told.wait_for(1)
        assert isinstance(patch, Patch)
        assert patch.pads[0].values["seed"] == 777

        kit.write_text(with_seed(good, "sed = 777"))
        error = told.wait_for(2)
        assert isinstance(error, PatchError)
        assert "did you mean 'seed'" in str(error)

        save_values(shutil.copy(find_patch("default"), kit), {("kick", "gain"): -3.0})
        patch = told.wait_for(3)
        while not (isinstance(patch, Patch) and patch.pads[0].values["gain"] == -3.0):
            patch = told.wait_for(len(told.results) + 1)  # the copy itself may be told before
    finally:
        watcher.close()
    kit.write_text(good)
    assert not watcher._thread.is_alive()


def test_a_file_that_has_gone_is_told_once_and_its_return_is_seen(kit, monkeypatch):
    monkeypatch.setattr("astrodrum_live.control.patch_watch._GONE_S", 0.2)
    told = Told()
    watcher = watch_patch(kit, told)
    try:
        text = kit.read_text()
        kit.unlink()
        assert "the file is gone" in str(told.wait_for(1))
        time.sleep(0.6)
        kit.write_text(with_seed(text, "seed = 777"))
        while not isinstance(told.results[-1], Patch):
            told.wait_for(len(told.results) + 1)
    finally:
        watcher.close()
    assert sum(isinstance(result, PatchError) for result in told.results) == 1
