// @ts-check
/** The state in words, as it must be read from 1.5 m: what troubles turns its own field red. */
import { at, attr, h, write } from "./dom.js";

/** @typedef {{text: string, wrong?: boolean, full?: string}} Field */

/** @param {import("./store.js").Store} store @returns {Record<string, Field>} */
export function fields(store) {
  const s = store.status;
  if (!store.server) return { page: { text: "page server gone, looking for it", wrong: true } };
  if (!store.engine) return { audio: { text: "instrument gone, looking for it", wrong: true } };
  const beats = store.beats;
  const generator = generatorWords(s, store.rate.perSecond);
  const midi = s.midi ? `MIDI ${s.midi}` : "no MIDI";
  return {
    audio: {
      text: s.audio_trouble || (s.alive ? "AUDIO" : "AUDIO stopped"),
      wrong: Boolean(s.audio_trouble) || !s.alive,
      full: String(s.device ?? ""),
    },
    rate: { text: `${kilo(s.rate)} / ${s.block}` },
    latency: { text: `${Number(s.latency_ms ?? 0).toFixed(1)} ms` },
    xruns: { text: `xruns ${s.xruns ?? 0}`, wrong: performance.now() - store.xrunsAt < XRUN_MS },
    midi: { text: s.midi_trouble || midi, wrong: Boolean(s.midi_trouble) },
    voices: { text: `voices ${s.sounding ?? 0}/${s.voices ?? 0}` },
    bpm: { text: s.clock_trouble || (beats.known ? `${trim(beats.tempo)} bpm${clockWords(beats.clock)}` : "no sequencer"), wrong: beats.clock === "lost" || Boolean(s.clock_trouble) },
    beat: { text: beats.known ? blocks(beats) : "" },
    kit: { text: `kit ${s.kit ?? ""}`, full: String(s.title ?? "") },
    generator,
    record: s.recording ? { text: "● REC", full: String(s.recording) } : { text: "" },
    learn: { text: s.learning ? String(s.learning) : "" },
  };
}

const XRUN_MS = 10_000; // a glitch is news for so long; the count stays
const WORKS = ["model", "frozen", "starting", "loading"];

/** @param {Record<string, any>} s @param {number} perSecond @returns {Field} */
function generatorWords(s, perSecond) {
  const state = String(s.generator ?? "");
  const full = `${state} ${s.generator_on ?? ""}, ${s.made ?? 0} hits made`;
  if (state === "model") return { text: `model, ${Math.round(perSecond)} hits/s`, full };
  return { text: WORKS.includes(state) ? `generator ${state}` : `generator ${state || "off"}`, wrong: !WORKS.includes(state), full };
}

/** Which beat of the bar it is. @param {import("./beats.js").Beats} beats */
function blocks(beats) {
  const count = beats.pattern?.beats ?? 4;
  const now = beats.plays ? Math.floor(beats.at.beat) % count : -1;
  return Array.from({ length: count }, (_, i) => (i === now ? "▮" : "▯")).join("");
}

const clockWords = (/** @type {string} */ clock) => (clock === "internal" ? "" : clock === "lost" ? ", MIDI clock lost" : ", MIDI clock");
const kilo = (/** @type {number} */ rate) => `${trim(Number(rate ?? 0) / 1000)}k`;
const trim = (/** @type {number} */ value) => String(Math.round(value * 10) / 10);

/** @param {import("./store.js").Store} store */
export function showStrip(store) {
  const strip = at("strip");
  const places = new Map();
  const draw = () => {
    const now = fields(store);
    for (const [name, place] of places) {
      if (name in now) continue;
      place.hidden = true;
      place.classList.remove("wrong");
    }
    for (const [name, field] of Object.entries(now)) {
      let place = places.get(name);
      if (!place) {
        place = h("span", { class: "field", data: { field: name } });
        places.set(name, place);
        strip.append(place);
      }
      place.hidden = !field.text;
      write(place, field.text);
      attr(place, "title", field.full ?? "");
      place.classList.toggle("wrong", Boolean(field.wrong));
      attr(place, "role", field.wrong ? "alert" : "status");
    }
  };
  for (const topic of ["status", "beat", "at"]) store.on(topic, draw);
  draw();
}
