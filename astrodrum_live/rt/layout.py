"""How the one block of shared memory is laid out: constants, records, and the header they make.

The header's shape never changes, so the compiled callback is cached once for every rate and hit
length; only the arena's size follows them.
"""

import numpy as np

from astrodrum_live.config import (
    COMMAND_SLOTS,
    HEARD_SLOTS,
    MAX_BLOCK,
    MAX_VOICES,
    PLAYED_SLOTS,
    RING_SLOTS,
    SOUND_SLOTS,
    TAKE_SLOTS,
    TAP_FRAMES,
)
from astrodrum_live.layers import LAYERS
from astrodrum_live.params import (
    MASTER_PARAMS,
    MAX_PADS,
    ORBIT_PARAMS,
    ORBITS,
    OWN_ROWS,
    PAD_PARAMS,
)
from astrodrum_live.rt.effect_records import (
    LINES,
    ORBIT,
    VOICE_EFFECTS,
)

MAGIC = 0x0A57_0D06
RINGS = MAX_PADS * LAYERS  # ring pad * LAYERS + layer
HITS_KEPT = RINGS * RING_SLOTS + SOUND_SLOTS  # the arena: the rings, those to order, the voices
VOICE_SLOTS = 2 * MAX_VOICES  # an engine uses 2 * voices: as many may be dying as live
GUARD = 3  # zeros around a voice's samples: one before, two after, for cubic interpolation
CHUNK = 256  # frames interpolated at once
WORK_BINS = 96
BINS_PER_DOUBLING = 4  # of nanoseconds of callback work
BUSES = ORBITS + 1  # the last is for what a panic silences: no effect may keep it
BUS_ROWS = max(BUSES, MAX_PADS)  # where stems are wanted, a bus is a pad's
BUS_ROW = MAX_BLOCK + 80  # five cache lines more: the rows of 12 orbits fall into other sets

_i4, _i8, _u8, _f4, _f8 = np.int32, np.int64, np.uint64, np.float32, np.float64

COMMAND = np.dtype(
    [
        ("frame", _i8),  # engine frame it is due at; 0 means the start of the next block
        ("order", _i8),  # arrival order, given by the callback, breaks ties
        ("kind", _i4),
        ("pad", _i4),  # -1: all pads, or the master; the orbit of a row of an orbit
        ("row", _i4),  # the row to set; a hit's layer
        ("velocity", _f4),  # 0..1 as played, for the log
        ("value", _f8),  # the row's value, or a hit's gain after the velocity curve
        ("sound", _i4),  # the made-to-order slot a hit plays; -1: what its pad has ready
        ("ticket", _i8),  # what that slot must hold, else the pad's nearest ready hit plays
        ("own", _f4, (len(OWN_ROWS),)),  # override the pad's rows for one hit; NaN: do not
    ],
    align=True,
)

VOICE = np.dtype(
    [
        ("state", _i4),  # FREE, LIVE or DYING
        ("pad", _i4),
        ("born", _i8),  # frame of its first sample
        ("frames", _i8),  # length of the hit
        ("phase", _i8),  # position, 32.32 fixed point: exact, so block sizes cannot matter
        ("step", _i8),  # advance per frame, 32.32
        ("bend", _i8),  # change of step per frame while gliding
        ("bend_left", _i8),  # frames of glide to go
        ("step_target", _i8),
        ("release_in", _i8),  # frames until the release begins; -1: never
        ("release", _i8),  # frames of the release
        ("ramp_at", _i8),  # frames of the gain ramp done
        ("ramp_frames", _i8),  # its length; ramp_at == ramp_frames: the gain rests at its target
        ("left_from", _f4),
        ("left_step", _f4),
        ("left", _f4),
        ("right_from", _f4),
        ("right_step", _f4),
        ("right", _f4),
        ("gain", _f4),  # linear, from velocity
        ("gain_db", _f4),  # NaN: follows the pad's row; likewise pan and pitch
        ("pan", _f4),
        ("pitch", _f4),
        ("rate", _f8),  # frames of the hit to one of the engine at pitch 0
        ("orbit", _i4),
        ("cut", _i4),  # its cut group; 0: none
        ("effects", _i4),  # 1: it has some of its own
        ("stops", _i4),  # 1: its rate falls to zero, and there it ends
        ("follows", _i4),  # 1: its pitch goes with its row; 0: it has a glide of its own
        ("loops_left", _i8),
        ("tuned", _i8),  # the step its pitch asked for last, 32.32
    ],
    align=True,
)

SLOT = np.dtype(
    [
        ("epoch", _i8),  # the pad's epoch when its latents were read; 0: from the frozen bank
        ("seed", _u8),
        ("asked_ns", _i8),  # when that epoch was asked for; 0: nobody waits
        ("rate", _f8),  # sample rate of the audio, Hz
        ("frames", _i8),  # 0: found broken, to be passed over
    ],
    align=True,
)

ORIGIN = np.dtype(
    [
        ("seed", _u8),
        ("kit", _i8),  # the kit it was made for: the first is 1
        ("maker", _i4),  # see generation/origin.py; 0: nobody has said
        ("check", np.uint32),  # CRC-32 of its samples as float32
        ("made_for", _f8),  # the velocity, 0..1
        ("row", _f8, (len(PAD_PARAMS),)),  # the pad's values it was made from
    ],
    align=True,
)

ORDER = np.dtype(
    [
        ("ticket", _i8),  # rises with every order: never 0, never given twice
        ("kit", _i8),  # counts kit changes: an order is made with the kit it was given for
        ("deadline_ns", _i8),  # when it should be ready (astrodrum_live.now); 0: nobody waits
        ("number", _i8),  # which hit of the pad's endless folder, 0..2^40-1
        ("pad", _i4),
        ("keep", _i4),  # 1: make it even after its deadline, it will be asked for again
        ("velocity", _f8),  # 0..1, what stroke it is made for
        ("row", _f8, (len(PAD_PARAMS),)),  # the pad's values for this hit
        ("maker", _i4),  # 0: any; else the very hit of ``seed``, made by this one
        ("check", np.uint32),  # and of these samples
        ("seed", _u8),
        ("rate", _f8),  # and of this rate
    ],
    align=True,
)

PLAYED = np.dtype(
    [
        ("frame", _i8),
        ("seed", _u8),
        ("epoch", _i8),
        ("number", _i8),  # of the pad's endless folder if it was made to order, else -1
        ("made_for", _f8),  # the velocity it was made for
        ("pad", _i4),
        ("layer", _i4),  # whose hit it was
        ("velocity", _f4),
        ("repeated", _i4),
        ("late_frames", _i4),
    ],
    align=True,
)

TAKE = np.dtype(
    [
        ("frame", _i8),  # at which the command was obeyed
        ("sounded", _i4),  # 1: a hit, of ``take_origin``
        ("repeated", _i4),
        ("rate", _f8),  # of the hit, Hz
    ],
    align=True,
)

HEARD = np.dtype(
    [
        ("frame", _i8),
        ("number", _i8),  # of the pad's endless folder, else -1
        ("rate", _f8),
        ("pad", _i4),
        ("velocity", _f4),
    ],
    align=True,
)

CLOCK = np.dtype(
    [
        ("at_ns", _f8),  # filtered time of `frame`, ns since origin_ns
        ("frame", _i8),
        ("ns_per_frame", _f8),
        ("origin_ns", _i8),
        ("since_reset", _i8),  # frames
        ("sequence", _i8, (1,)),  # even: settled (a seqlock)
    ],
    align=True,
)

COUNTERS = (
    "blocks",
    "played",
    "late",  # hits whose frame had passed
    "late_max",  # frames
    "repeated",  # hits played again because nothing fresh was ready
    "made_to_order",  # hits played from the slot that was made for them
    "unmade",  # hits made to order that were not there in time: a ready one played
    "empty",  # hits that could not sound: nothing was ever pushed
    "muted",  # hits that asked for nothing: speed 0, or less than 8 frames of the sound
    "stale_dropped",
    "stolen",
    "cut_off",  # voices ended without a fade: more were dying at once than may live
    "choked",
    "bad_hits",  # hits holding NaN, infinity or absurd values: silenced
    "bad_samples",  # such values in the mix: silenced
    "limited_blocks",  # blocks, or parts between two events, in which the limiter pulled
    "pending_full",
    "log_full",
    "tap_full",
    "take_full",  # obeyed commands that were not written down: nobody fetched those before
    "xruns",
    "clock_resets",
    "voices",
    "voices_max",
    "work_ns_max",
    "fresh_age_ns",  # tweak to the first fresh hit in the ring, last measured
    "fresh_age_ns_max",
    "fresh_age_count",
)

SHARED = np.dtype(
    [
        ("bus", _f4, (BUS_ROWS, 2, BUS_ROW)),  # first, hence on cache lines: a third of the mixing
        ("mix", _f4, (2, MAX_BLOCK)),
        ("scratch", _f4, (CHUNK,)),
        ("taps", _f4, (4 * CHUNK,)),  # of each frame the neighbours it is interpolated from
        ("parts", np.int32, (CHUNK,)),  # and how far it lies between them, in 2^-24
        ("rows", _f4, (LINES, CHUNK)),  # what the reverb's lines give
        ("feed", _f4, (2, CHUNK)),  # and what they get
        ("loudest", _f4, (CHUNK,)),
        ("magic", _i8),
        ("rate", _f8),
        ("hit_frames", _i8),
        ("voices", _i8),  # polyphony
        ("channels", _i8),
        ("orbit_frames", _i8),  # samples that the effects of one orbit have
        ("reverb_frames", _i8),  # of these, in a line of its reverb
        ("frame", _i8),  # frames rendered since the start
        ("given_ns", _i8),  # a clock for offline use; 0: read the real one
        ("order", _i8),
        ("timespec", _i8, (2,)),  # where the callback reads the system's clock into
        ("tapping", _i8, (1,)),
        ("taking", _i8, (1,)),  # 1: every command is written down as it is obeyed
        ("stems", _i8),  # 1: buses are pads', and nothing else is mixed
        ("pads", _i8),
        ("pad_value", _f8, (MAX_PADS, len(PAD_PARAMS))),  # latest wanted values, for everybody
        ("master_value", _f8, (len(MASTER_PARAMS),)),
        ("orbit_value", _f8, (ORBITS, len(ORBIT_PARAMS))),
        ("choke_mask", _i8, (MAX_PADS,)),  # bit q of row p: a hit on p silences q
        ("epoch", _i8, (MAX_PADS,)),
        ("epoch_ns", _i8, (MAX_PADS,)),
        ("fresh_seen", _i8, (MAX_PADS,)),  # newest epoch seen ready by the callback, in any layer
        ("fresh_asked", _i8, (MAX_PADS,)),  # when it was asked for, ns; 0: nobody waited
        ("struck", _i8, (RINGS,)),  # frame + 1 of the last stroke that wanted this layer; 0: none
        ("ring_write", _i8, (RINGS,)),
        ("ring_read", _i8, (RINGS,)),
        ("ring_seen", _i8, (RINGS,)),  # how far the callback has looked for newer epochs
        ("ring_used", _i8, (RINGS,)),  # 1: the head was played already
        ("slot", SLOT, (RINGS, RING_SLOTS)),
        ("slot_origin", ORIGIN, (RINGS, RING_SLOTS)),
        # a letter box for every hit made to order: the engine asks, the generator answers
        ("sound_order", ORDER, (SOUND_SLOTS,)),
        ("sound_asked", _i8, (SOUND_SLOTS,)),  # ticket of the order; the engine writes it
        ("sound_answered", _i8, (SOUND_SLOTS,)),  # ticket of the sound; the generator does
        ("sound_origin", ORIGIN, (SOUND_SLOTS,)),
        ("sound", SLOT, (SOUND_SLOTS,)),  # frames 0: it came out broken, or too late to be made
        ("feel", _f8, (MAX_PADS, 4)),  # how pads take a stroke's velocity, see velocity.py
        ("plain", _i8, (MAX_PADS,)),  # 1: what is ready answers a stroke, nothing made to order
        ("command_lock", _i8, (1,)),  # 1: somebody is posting
        ("command_write", _i8, (1,)),
        ("command_read", _i8, (1,)),
        ("command", COMMAND, (COMMAND_SLOTS,)),
        ("obeyed", COMMAND, (1,)),
        ("kept", COMMAND, (1,)),
        ("pending_count", _i8),
        ("pending", COMMAND, (COMMAND_SLOTS,)),
        ("voice", VOICE, (VOICE_SLOTS,)),
        ("effects", VOICE_EFFECTS, (VOICE_SLOTS,)),
        ("orbit", ORBIT, (ORBITS,)),
        ("orbits_heard", _i8),  # a bit for each orbit whose bus is filled
        ("master_from", _f4),
        ("master_step", _f4),
        ("master_gain", _f4),
        ("master_at", _i8),
        ("master_frames", _i8),
        ("limiter", _f4),
        ("ceiling", _f4),  # where the limiter is on its way to its row
        ("peak", _f4),
        ("clock", CLOCK),
        ("counter", _i8, (len(COUNTERS),)),
        ("work", _i8, (WORK_BINS,)),  # histogram of callback work, see rt/stats.py
        ("played_write", _i8, (1,)),
        ("played_read", _i8, (1,)),
        ("played", PLAYED, (PLAYED_SLOTS,)),
        ("heard_write", _i8, (1,)),
        ("heard", HEARD, (HEARD_SLOTS,)),
        ("heard_origin", ORIGIN, (HEARD_SLOTS,)),
        ("take_write", _i8, (1,)),
        ("take_read", _i8, (1,)),
        ("take_at", _i8),  # the entry that is being written; -1: none
        ("take", TAKE, (TAKE_SLOTS,)),
        ("take_command", COMMAND, (TAKE_SLOTS,)),
        ("take_origin", ORIGIN, (TAKE_SLOTS,)),
        ("tap_write", _i8, (1,)),
        ("tap_read", _i8, (1,)),
        ("tap", _f4, (TAP_FRAMES, 2)),
        # the generator's page: it writes, the engine reads
        ("gen_hits", _i8, (1,)),
        ("gen_broken", _i8, (1,)),
        ("gen_orders", _i8, (1,)),
        ("gen_too_late", _i8, (1,)),
        ("gen_beat_ns", _i8, (1,)),
    ],
    align=True,
)
