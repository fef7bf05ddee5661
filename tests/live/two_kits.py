"""Two kits beside each other, the first of which leads to the second."""

NEAR = """version = 1
[morph]
to = "far"
[master]
{master}
[midi]
kits = ["near", "far", "gone"]
[midi.cc]
1 = "master.kit_morph"
2 = "tom.kit_morph"
[[pad]]
name = "kick"
class = "kick"
notes = [36]
seed = 5
gain_db = -12.0
radius = 0.4
[[pad]]
name = "snare"
class = {{ snare = 3, perc = 1 }}
notes = [38]
seed = 6
pan = -0.5
lowpass_hz = 1000.0
lowpass_order = 2
brightness = 0.2
{snare}
[[pad]]
name = "tom"
class = "tom"
notes = [45]
[[pad]]
name = "bell"
class = "perc"
notes = [53]
"""
FAR = """version = 1
[[pad]]
name = "snare"
class = "e_snare"
notes = [38]
seed = 23
pan = 0.5
lowpass_hz = 16000.0
lowpass_order = 2
brightness = 0.8
radius = 1.2
[[pad]]
name = "thud"
class = "e_tom"
notes = [45]
seed = 9
average = 5
morph = 0.25
morph_to = "clap"
[[pad]]
name = "kick"
class = "e_kick"
notes = [36]
seed = 77
gain_db = -2.0
[[pad]]
name = "ride"
class = "cymbal"
notes = [51]
"""


def write_both(kit, master: str = "", snare: str = "", far: str = FAR):
    """The paths of both; ``kit`` is the fixture that writes one."""
    return kit("near", NEAR.format(master=master, snare=snare)), kit("far", far)
