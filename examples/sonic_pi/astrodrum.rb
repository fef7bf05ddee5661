# AstroDrum from Sonic Pi: paste this into a buffer and press Run.
#
# Sonic Pi sends a message when it is due, to the millisecond, without a time tag: its own schedule-ahead time is spent
# by then. So AstroDrum plays it one block later (timing = "steady"), and what Sonic Pi itself plays beside it lags by
# that: the astro_lag line below holds its own sounds back by as much. /info tells AstroDrum's latency, in ms.
# true and false are fine as arguments; nil and hashes are not.

use_osc "127.0.0.1", 57130
use_bpm 120

define :astro do |pad, velocity = 0.8, **own|
  osc "/hit", pad.to_s, velocity, *own.flat_map { |key, value| [key.to_s, value] }
end

live_loop :kick do
  astro :kick, 1.0
  sleep 1
end

live_loop :snare, sync: :kick do
  sleep 1
  astro :snare, 0.7, pan: rrand(-0.3, 0.3)
  sleep 1
end

live_loop :hats, sync: :kick do
  astro :hat_closed, ring(0.8, 0.3, 0.5, 0.3).tick, brightness: 0.5 + 0.4 * Math.sin(vt)
  sleep 0.25
end

live_loop :radius, sync: :kick do
  osc "/p/*/radius", ring(0.2, 0.5, 1.0, 1.5).tick # from a machine to chaos, bar by bar
  sleep 4
end

# Sonic Pi's own sounds beside it, in step:
# astro_lag = 0.007
# with_real_time { time_warp(astro_lag) { sample :bass_hit_c } }

# AstroDrum's answers (/pong, /error, /info) go to the port Sonic Pi sends from; its cue port is 4560.
