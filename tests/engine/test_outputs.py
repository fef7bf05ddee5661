"""Outputs found again: the same device under another ALSA number, and twins."""

from types import SimpleNamespace

import pytest

from astrodrum_live.engine import card_process, outputs
from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.outputs import Wish, stable_name

APIS = ["ALSA", "JACK Audio Connection Kit"]


@pytest.fixture
def there(monkeypatch):
    """What PortAudio lists: ``(name, host API)``, all outputs."""
    found: list[tuple[str, int]] = []

    def query_devices():
        return [
            {"index": index, "name": name, "hostapi": api, "max_output_channels": 2}
            for index, (name, api) in enumerate(found)
        ]

    fake = SimpleNamespace(
        query_devices=query_devices,
        query_hostapis=lambda api: {"name": APIS[api]},
        default=SimpleNamespace(device=(-1, 0)),
    )
    monkeypatch.setattr(outputs, "load_portaudio", lambda: fake)
    return found


def test_alsa_numbers_are_no_part_of_a_name():
    assert stable_name("UMC204HD: USB Audio (hw:2,0)") == "UMC204HD: USB Audio"
    assert stable_name("pulse") == "pulse"


def test_the_same_device_is_found_under_another_number_and_through_its_own_api(there):
    wish = Wish("UMC: USB (hw:1,0)", "ALSA")
    there += [("UMC: USB (hw:3,0)", 1), ("HDMI (hw:1,0)", 0)]
    with pytest.raises(DeviceError, match="not there"):
        wish.find()
    there.append(("UMC: USB (hw:2,0)", 0))
    assert wish.find()["index"] == 2
    there.append(("UMC: USB (hw:1,0)", 0))  # a twin, and its number is the wanted one's
    assert wish.find()["index"] == 3


def test_a_name_without_an_api_is_a_part_of_one_and_none_is_the_default(there):
    there += [("HDMI (hw:0,0)", 0), ("UMC: USB (hw:1,0)", 0)]
    assert Wish("umc").find()["index"] == 1
    assert Wish().find()["index"] == 0


def test_the_first_wish_that_is_there_and_opens_is_taken_and_refusals_are_told(there):
    there += [("HDMI (hw:0,0)", 0), ("UMC: USB (hw:1,0)", 0)]
    told = []

    def opened(wish: Wish) -> str:
        if wish.name == "umc":
            raise DeviceError("'UMC' will not open at 48000 Hz")
        return f"stream on {wish.find()['name']}"

    wishes = [Wish("gone"), Wish("umc"), Wish("hdmi"), Wish()]
    found = card_process.first_that_opens(wishes, opened, told.append)
    assert found == (2, "stream on HDMI (hw:0,0)")
    assert told == ["'UMC' will not open at 48000 Hz"]
    assert card_process.first_that_opens(wishes[:1], opened, told.append) is None
