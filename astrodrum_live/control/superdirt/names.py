"""Which drum a sound's name means: the names of live coders' sample sets, as roles of our kits.

Dirt-Samples (folders and what lies in them, by its ``strudel.json``), Tidal's ``drumN``, the
two-letter names of tidal-drum-machines (Strudel's banks), and what people write out. ``cr`` is a
ride in Dirt-Samples and a crash everywhere else; here it is a crash. The roles are those of
``control/drum_map.py``, which knows who stands in for a drum that a kit does not have.
"""

_ROLES = {
    "kick": """
        bd kd kick kik bassdrum bass_drum kickdrum bdrum clubkick hardkick popkick reverbkick
        kicklinn gabba gabbaloud gabbalouder stomp""",
    "snare": "sn sd snare snr snaredrum snare_drum es",
    "rimshot": "rimshot",
    "rim": "rim rs rm sidestick side_stick stick",
    "clap": "cp clap claps handclap hand_clap realclaps snap",
    "hat_closed": """
        hh hc ch hat hihat hi_hat chh hat_closed closed_hat closedhat closedhh hihat_closed hh27
        linnhats""",
    "hat_pedal": "ph phh hat_pedal pedal_hat pedalhat foothat",
    "hat_open": "oh ho ohh hat_open open_hat openhat openhh hihat_open",
    "tom_low": "lt tom_low lowtom low_tom lotom floortom floor_tom ft lf",
    "tom_mid": "mt tom toms tom_mid midtom mid_tom mtom drum hm",
    "tom_high": "ht tom_high hightom high_tom hitom hi_tom",
    "crash": "cr cy crash cymbal cc china splash sc",
    "crash_2": "crash_2 crash2 cs",
    "ride": "rd ride ri rc ridecymbal ride_cymbal",
    "bell": "bell ridebell ride_bell be",
    "perc": """
        perc percussion cb cowbell cow tb tamb ta tambourine sh shaker ma maracas maraca cl clave
        claves cg conga congas bongo bongos timbale timbales he le hb lb ag la agogo ca cabasa sg lg
        guiro vi vibraslap wb woodblock block li mh lc mc oc cuica tr ot tri triangle jb ct
        castanets tabla tabla2 can bottle click clak chin co tink tok hand misc fx
        808hc 808mc 808lc""",
}
ALIASES = {word: role for role, words in _ROLES.items() for word in words.split()}

_MACHINE = "hh cr perc perc perc bd bd oh perc perc rd sn sn"
_BOX = "bd cb perc hh oh perc perc sn"
_FOLDERS = {
    "808": "cb ch cl cp ma rs",
    "909": "bd",
    "ab": "hh cr perc perc bd bd oh perc perc rd sn sn",
    "db": _MACHINE,
    "electro1": _MACHINE,
    "jungle": _MACHINE,
    "hardcore": "hh perc cr perc bd bd oh perc perc rd sn sn",
    "house": _BOX,
    "jazz": _BOX,
    "glitch": _BOX,
    "glitch2": _BOX,
    "dr2": "hh cp cy bd oh sn",
    "dr55": "hh bd rim sn",
    "drumtraks": "cabasa cp cb cr hh oh bd rd rim sn tamb ht lt",
    "gretsch": "ht lt sn sn hh hh cb cy cy sn ph ph ht bd bd lt oh oh bell rd sn sn sn sn",
    "feel": "bd hh hh sn sn sn bd",
    "incoming": "sn ht cy hh bd ht lt lt",
    "ifdrums": "bd hh sn",
    "haw": "hh bd perc sn perc perc",
}
FOLDERS = {
    folder: tuple(ALIASES[word] for word in words.split()) for folder, words in _FOLDERS.items()
}
"""Folders that hold a whole kit: which drum each of their files is, in order."""

RESTS = frozenset(("", "~", "\\", "-", "rest"))
PANIC = "superpanic"
GM_SOUNDS = frozenset(("midi", "gm", "gmdrums"))
"""Sounds whose ``n`` (or ``note``) is a General MIDI drum, counted from 60: Tidal's ``drum``."""

_BANKS = """
    ajkpercusyn akailinn emudrumulator emumodular korgminipops linndrum linn oberheimdmx dmx
    rhodespolaris rhythmace sequentialcircuitsdrumtracks sequentialcircuitstom sergemodular
    viscospacedrum drumulator minipops spacedrum polaris drumtracks"""
BANKS = frozenset(_BANKS.split())
"""The drum machines of tidal-drum-machines whose names have no digit, and Strudel's short names."""
