"""Names for the counter array, frozen into the compiled code as constants."""

from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import COUNTERS

INDEX = {name: index for index, name in enumerate(COUNTERS)}

PLAYED = INDEX["played"]
LATE = INDEX["late"]
LATE_MAX = INDEX["late_max"]
REPEATED = INDEX["repeated"]
MADE_TO_ORDER = INDEX["made_to_order"]
UNMADE = INDEX["unmade"]
EMPTY = INDEX["empty"]
MUTED = INDEX["muted"]
STALE_DROPPED = INDEX["stale_dropped"]
STOLEN = INDEX["stolen"]
CUT_OFF = INDEX["cut_off"]
CHOKED = INDEX["choked"]
BAD_HITS = INDEX["bad_hits"]
BAD_SAMPLES = INDEX["bad_samples"]
LIMITED = INDEX["limited_blocks"]
PENDING_FULL = INDEX["pending_full"]
LOG_FULL = INDEX["log_full"]
TAP_FULL = INDEX["tap_full"]
TAKE_FULL = INDEX["take_full"]
XRUNS = INDEX["xruns"]
CLOCK_RESETS = INDEX["clock_resets"]
BLOCKS = INDEX["blocks"]
VOICES = INDEX["voices"]
VOICES_MAX = INDEX["voices_max"]
WORK_MAX = INDEX["work_ns_max"]
FRESH_AGE = INDEX["fresh_age_ns"]
FRESH_AGE_MAX = INDEX["fresh_age_ns_max"]
FRESH_AGE_COUNT = INDEX["fresh_age_count"]


@realtime
def rt_count(mem, which):
    """Add one to a counter. Thread: callback. Realtime-safe: yes."""
    mem.counter[which] += 1


@realtime
def rt_highest(mem, which, value):
    """Keep the largest value seen. Thread: callback. Realtime-safe: yes."""
    mem.counter[which] = max(mem.counter[which], value)
