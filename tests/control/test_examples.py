"""What the examples name is there. (tests/clients runs those whose client can run.)"""

import re
from pathlib import Path

import pytest

from astrodrum_live.control.osc.space import AddressSpace
from astrodrum_live.params import pad_param

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_event_type_passes_on_parameters_that_exist():
    text = (EXAMPLES / "supercollider" / "event_type.scd").read_text()
    keys = re.search(r"var keys = #\[(.*?)\];", text, re.S)[1].replace(",", " ").split()
    assert len(keys) > 20
    for key in set(keys) - {"n"}:
        assert pad_param(key).name == key


@pytest.mark.parametrize("name", ["touchosc/README.md", "sonic_pi/astrodrum.rb"])
def test_an_address_that_is_written_down_is_one(name, default_kit):
    space = AddressSpace(default_kit)
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    written = re.findall(r"[`\"](/(?:hit|p/|master|panic|kit|info)[^`\" ]*)[`\"]", text)
    assert written
    for address in written:
        assert space.resolve(address), address


def test_a_pad_that_an_example_strikes_is_in_the_default_kit(default_kit):
    scripts = [*EXAMPLES.glob("supercollider/*.scd"), *EXAMPLES.glob("sonic_pi/*.rb")]
    struck = set()
    for script in scripts:
        struck |= set(re.findall(r"[\\:](kick|snare|hat_\w+)\b", script.read_text()))
    assert struck == {"kick", "snare", "hat_closed"}
    assert struck <= set(default_kit.pad_names())
