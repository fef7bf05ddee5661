"""Orbits: groups of hits that share a delay and a reverb, both sent to from the same bus."""

import numpy as np

from astrodrum_live.params import ORBIT_INDEX, ORBIT_PARAMS, ORBITS
from astrodrum_live.rt.delay import rt_kill_delay, rt_mix_delay
from astrodrum_live.rt.effect_records import LINES, LONGEST_DELAY_S
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import BUS_ROWS, BUSES
from astrodrum_live.rt.ramps import rt_aim, rt_aimed
from astrodrum_live.rt.reverb import rt_kill_reverb, rt_mix_reverb, rt_room_gain
from astrodrum_live.rt.voice import FREE, rt_panic_frames, rt_voice_slots

_ROOM, _SIZE, _DRY = ORBIT_INDEX["room"], ORBIT_INDEX["size"], ORBIT_INDEX["dry"]
_DELAY, _FEEDBACK = ORBIT_INDEX["delay"], ORBIT_INDEX["delayfeedback"]
_TIME, _LOCK, _CPS = ORBIT_INDEX["delaytime"], ORBIT_INDEX["lock"], ORBIT_INDEX["cps"]
_SLEW_S = max(row.slew_ms for row in ORBIT_PARAMS) * 1e-3
_GATE_S = 1e-3  # in which a send opens or closes while its orbit sounds: SuperDirt's fadeTime


@realtime
def rt_set_orbit(mem, index, row, value, frame):
    """Turn a row of an orbit at ``frame``; its sends and feedback move as ramps.

    A send that opens or closes does so at once, or nearly, as the attack of the hit that turns it
    has to be in its echo or not. Thread: callback. Realtime-safe: yes.
    """
    mem.orbit_value[index, row] = value
    rows = mem.orbit_value[index]
    orbit = mem.orbit[index]
    if row in (_ROOM, _DRY, _SIZE):
        send = rows[_ROOM] * (1.0 - rows[_DRY]) * rt_room_gain(rows[_SIZE])
        _aim_send(mem, orbit.reverb.send, index, send, frame)
    elif row == _DELAY:
        _aim_send(mem, orbit.delay.send, index, value, frame)
    elif row == _FEEDBACK:
        rt_aim(orbit.delay.feedback, value, frame, _frames(mem, _SLEW_S))


@realtime
def _frames(mem, seconds):
    return max(np.int64(seconds * mem.rate), 1)


@realtime
def _aim_send(mem, send, index, target, frame):
    before = frame - 1  # several rows of one hit turn its send: only the last counts
    if target > 0.0 and rt_aimed(send, before) > 0.0:
        rt_aim(send, target, before, _frames(mem, _SLEW_S))
    elif _sounds(mem, index):
        rt_aim(send, target, before, _frames(mem, _GATE_S))
    else:
        rt_aim(send, target, before, 1)


@realtime
def _sounds(mem, index):
    """True if the orbit has voices."""
    for slot in range(rt_voice_slots(mem)):
        voice = mem.voice[slot]
        if voice.state != FREE and voice.orbit == index:
            return True
    return False


@realtime
def rt_silence_orbits(mem, frame):
    """Fade all echoes and rooms within 5 ms; the voices that sound now give them nothing more.

    Thread: callback. Realtime-safe: yes.
    """
    fade = rt_panic_frames(mem)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == FREE or voice.orbit == ORBITS:
            continue
        orbit = mem.orbit[voice.orbit]
        if _is_at_work(orbit.reverb, frame) or _is_at_work(orbit.delay, frame):
            voice.orbit = ORBITS
            mem.orbits_heard |= 1 << ORBITS
    for index in range(ORBITS):
        rt_kill_reverb(mem.orbit[index].reverb, fade)
        rt_kill_delay(mem.orbit[index].delay, fade)


@realtime
def rt_clear_buses(mem, at, frames):
    """Empty the buses that will be heard. Thread: callback. Realtime-safe: yes."""
    for index in range(BUS_ROWS):
        if (mem.orbits_heard >> index) & 1 or mem.stems:
            for side in range(2):
                bus = mem.bus[index][side]
                for i in range(at, at + frames):
                    bus[i] = np.float32(0.0)


@realtime
def rt_mix_orbits(mem, lines, at, frames, sounding):
    """Add the buses that are heard, and their effects, to the mix from index ``at`` on.

    ``sounding``: a bit for each orbit that has voices. Thread: callback. Realtime-safe: yes.
    """
    if mem.stems:
        return
    heard = sounding
    out = mem.mix[0][at : at + frames], mem.mix[1][at : at + frames]
    for index in range(BUSES):
        if (mem.orbits_heard >> index) & 1 == 0:
            continue
        bus = mem.bus[index]
        dry = bus[0][at : at + frames], bus[1][at : at + frames]
        _add(dry[0], out[0])
        _add(dry[1], out[1])
        if index == ORBITS:
            break
        orbit = mem.orbit[index]
        _mix_effects(mem, orbit, lines, index, dry, out, mem.frame + at)
        if orbit.reverb.awake or orbit.delay.awake:
            heard |= 1 << index
    mem.orbits_heard = heard


@realtime
def _add(bus, out):
    for i in range(bus.size):
        out[i] += bus[i]


@realtime
def _mix_effects(mem, orbit, lines, index, dry, out, frame):
    rows = mem.orbit_value[index]
    room = LINES * mem.reverb_frames
    first = index * mem.orbit_frames
    if _is_at_work(orbit.reverb, frame):
        part = lines[first : first + room]
        rt_mix_reverb(mem, orbit.reverb, part, dry, out, rows[_SIZE], frame)
    if _is_at_work(orbit.delay, frame):
        part = lines[first + room : first + mem.orbit_frames]
        rt_mix_delay(mem, orbit.delay, part, dry, out, _delay_frames(mem, rows), frame)


@realtime
def _is_at_work(effect, frame):
    """True if it rings, or would if it was sent anything."""
    return effect.awake or effect.send.target > 0.0 or rt_aimed(effect.send, frame) > 0.0


@realtime
def _delay_frames(mem, rows):
    """Frames to the echo: the delay's time in seconds, or in cycles if it is locked."""
    seconds = rows[_TIME] / rows[_CPS] if rows[_LOCK] > 0.0 else rows[_TIME]
    return np.int64(np.rint(min(max(seconds * mem.rate, 1.0), LONGEST_DELAY_S * mem.rate)))
