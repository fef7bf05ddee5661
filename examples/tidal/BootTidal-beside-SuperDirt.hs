-- TidalCycles with SuperDirt and AstroDrum beside it: d1 $ s "superpiano" is SuperDirt's, d2 $ pad "kick*4" is ours,
-- and an event with both sounds on both. Start SuperDirt, then 'astrodrum play', then boot Tidal with this file.
-- Run with Tidal 1.7.10. From 1.9 on oLatency counts the other way: take 0.05 for the longest lead. (1.10 starts the
-- stream by mkTidalWith [...] defaultConfig, with the same list; not tried here.)
:set -fno-warn-orphans -Wno-type-defaults -XMultiParamTypeClasses -XOverloadedStrings
:set prompt ""
:set prompt-cont ""
import Sound.Tidal.Context
import System.IO (hSetEncoding, stdout, utf8)
hSetEncoding stdout utf8

-- 0.2 s ahead: time enough to make a hit that was asked for by number or by its knobs
let astrodrum = superdirtTarget {oName = "astrodrum", oAddress = "127.0.0.1", oPort = 57130, oBusPort = Just 57130, oLatency = 0.2}
let dirt = superdirtTarget {oLatency = 0.2}
let pads = OSC "/dirt/play" $ Named {requiredArgs = ["pad"]}
tidal <- startStream (defaultConfig {cVerbose = True}) [(dirt, [superdirtShape]), (astrodrum, [pads])]

:{
let pad = pS "pad"               -- a pad or a drum by name, "kick:12345" for its hit of that number
    p = streamReplace tidal
    once = streamOnce tidal
    hush = streamHush tidal
    panic = hush >> once (sound "superpanic" # pad "superpanic")
    mute = streamMute tidal
    unmute = streamUnmute tidal
    solo = streamSolo tidal
    unsolo = streamUnsolo tidal
    setcps = once . cps
    d1 = p 1 . (|< orbit 0)
    d2 = p 2 . (|< orbit 1)
    d3 = p 3 . (|< orbit 2)
    d4 = p 4 . (|< orbit 3)
    d5 = p 5 . (|< orbit 4)
    d6 = p 6 . (|< orbit 5)
    d7 = p 7 . (|< orbit 6)
    d8 = p 8 . (|< orbit 7)
:}

-- What Tidal does not know: the pads' own rows ('decay' and 'velocity' it has). Every row is a key for one hit;
-- oscsend 127.0.0.1 57130 /list s params tells them all.
:{
let bright = pF "bright"         -- 0 dull, 0.5 the pad as it is, 1 bright
    punch = pF "punch"
    body = pF "body"
    noisy = pF "noisy"
    tune = pF "tune"             -- of the drum itself; 'note' transposes what was made
    dynamics = pF "dynamics"
    radius = pF "radius"         -- 0 a machine, 1 a drummer, 2 chaos
    morph = pF "morph"
    morphTo = pS "morph_to"      -- the name of a class
    z1 = pF "z1"
    z2 = pF "z2"
    z3 = pF "z3"
    z4 = pF "z4"
:}
default (Pattern String, Integer, Double)
:set prompt "tidal> "
