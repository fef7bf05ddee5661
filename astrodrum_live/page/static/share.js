// @ts-check
/** A whole beat as a link or a file: pattern, tempo, kit, and where every sound stands. No server is asked. */
import { h } from "./dom.js";
import { close, show, showLink } from "./dialog.js";
import { BeatError, VERSION, checkBeat } from "./beatcheck.js";
import { loudness, rest } from "./beats.js";
import { family } from "./kinds.js";

/**
 * @typedef {Record<string, number | string>} Keys
 * @typedef {{pad: string, length: number, text: string, steps: [number, Keys][]}} Row
 * @typedef {{format: string, version: number, name: string, kit: string, tempo: number, swing: number,
 *   grid: number, beats: number, seed: number | string, rows: Row[], sounds: Record<string, Record<string, number>>,
 *   frozen: Record<string, [string, number]>, kinds?: Record<string, string>}} Beat
 */

const PREFIX = "#beat=";
const MAX_LINK = 24000;
const MAX_TEXT = 200000;
const FORMAT = "astrodrum-shared-beat";
const MARKS = "-Xxo123456789";
const WAIT_MS = 8000;

/** What plays now, as a beat. @param {import("./app.js").App} app @returns {Beat} */
export function theBeat(app) {
  const { store } = app;
  const { beats } = store;
  const pattern = beats.pattern;
  const rows = [...(pattern?.tracks ?? [])]
    .filter(([, track]) => [...track.steps.values()].some((step) => step.velocity > 0))
    .map(([pad, track]) => rowOf(pad, track));
  const turned = store.rows.filter(ofSound);
  const sounds = Object.fromEntries(store.pads.map((pad) => [
    pad.name,
    Object.fromEntries(turned.map((row) => [row, store.value(pad.index, row.name, row.usual)])
      .filter(([row, value]) => value !== /** @type {any} */ (row).usual)
      .map(([row, value]) => [/** @type {any} */ (row).name, value])),
  ]));
  return {
    format: FORMAT, version: VERSION, name: beats.current || "beat", kit: String(store.status.kit ?? ""),
    tempo: beats.tempo, swing: pattern?.swing ?? 0.5, grid: pattern?.grid ?? 4, beats: pattern?.beats ?? 4,
    seed: pattern?.seed ?? 1, rows, sounds,
    frozen: Object.fromEntries(store.pads.filter((pad) => pad.frozen).map((pad) => [pad.name, [pad.frozen, pad.madeFor]])),
  };
}

/** @param {string} pad @param {import("./beats.js").Track} track @returns {Row} */
function rowOf(pad, track) {
  const text = Array.from({ length: track.length }, (_, i) => mark(track.steps.get(i + 1)?.velocity ?? 0)).join("");
  /** @type {[number, Keys][]} */
  const steps = [];
  for (const [number, step] of track.steps) {
    if (number > track.length || !step.velocity) continue;
    const plain = rest();
    /** @type {Keys} */
    const keys = { ...step.locks };
    if (Math.abs(loudness(text[number - 1]) - step.velocity) > 1e-4) keys.velocity = step.velocity;
    for (const key of /** @type {const} */ (["probability", "ratchet", "shift", "when", "n"])) {
      if (step[key] !== plain[key]) keys[key] = step[key];
    }
    if (Object.keys(keys).length) steps.push([number, keys]);
  }
  return { pad, length: track.length, text, steps };
}

/** The nearest mark. @param {number} velocity */
const mark = (velocity) =>
  velocity <= 0 ? "-" : [...MARKS].slice(1).reduce((best, one) => (Math.abs(loudness(one) - velocity) < Math.abs(loudness(best) - velocity) ? one : best));

/** Play a beat. @param {import("./app.js").App} app @param {Partial<Beat> & {name: string}} beat */
export async function applyBeat(app, beat) {
  const { store, link } = app;
  if (beat.kit && beat.kit !== store.status.kit) {
    if (!store.kits.includes(beat.kit)) app.say(`the kit '${beat.kit}' is not here; the beat plays on this one`, true);
    else if (!(await kitCame(app, beat.kit))) return app.say(`the kit '${beat.kit}' did not come`, true);
  }
  const name = beat.kinds ? beat.name : newName(store.beats.patterns, beat.name);
  const rows = beat.rows ?? rowsOfKinds(app, beat.kinds ?? {});
  /** @type {import("./link.js").Message[]} */
  const messages = [];
  messages.push(["/undo/begin", `the beat ${name}`]);
  messages.push(store.beats.patterns.has(name) ? ["/seq/clear", name] : ["/seq/new", name]);
  messages.push(["/seq/pattern", name, "tempo", beat.tempo ?? 0, "swing", beat.swing ?? 0.5, "grid", beat.grid ?? 4, "beats", beat.beats ?? 4, "seed", beat.seed ?? 1]);
  for (const row of rows) messages.push(["/seq/track", name, row.pad, "length", row.length, "text", row.text]);
  const longest = Math.max(16, ...rows.map((row) => row.length));
  for (const pad of store.pads) {
    if (!rows.some((row) => row.pad === pad.name)) messages.push(["/seq/track", name, pad.name, "length", longest]);
  }
  for (const row of rows) {
    for (const [number, keys] of row.steps) messages.push(["/seq/step", name, row.pad, number, ...Object.entries(keys).flat()]);
  }
  messages.push(["/seq/select", name, "now"]);
  for (const [pad, rows] of Object.entries(beat.sounds ?? {})) {
    if (store.pads.some((one) => one.name === pad)) messages.push(["/turn", pad, ...allRows(app, rows)]);
  }
  for (const [pad, [seed, madeFor]] of Object.entries(beat.frozen ?? {})) messages.push(["/freeze", pad, seed, madeFor]);
  messages.push(["/undo/end"]);
  link.sendAll(messages);
}

/** What makes the sound, but for where a fader or the bar has moved it. @param {import("./store.js").Row} row */
const ofSound = ({ stage, name }) => (stage === "hit" || stage === "voice") && name !== "kit_morph" && name !== "wander";

/** What is there already is left alone. @param {Map<string, any>} patterns @param {string} wanted */
function newName(patterns, wanted) {
  let name = wanted;
  for (let number = 2; patterns.has(name); number++) name = `${wanted.slice(0, 28)}-${number}`;
  return name;
}

/** Every row of the sound, so that what is not told is as it usually is. @param {import("./app.js").App} app @param {Record<string, number>} told */
const allRows = (app, told) =>
  app.store.rows.filter(ofSound).flatMap((row) => [row.name, told[row.name] ?? row.usual]);

/** @param {import("./app.js").App} app @param {string} kit @returns {Promise<boolean>} */
async function kitCame(app, kit) {
  app.link.send("/kit", kit);
  for (const until = performance.now() + WAIT_MS; performance.now() < until;) {
    await new Promise((done) => setTimeout(done, 100));
    if (app.store.ready && app.store.status.kit === kit && app.store.pads.length) return true;
  }
  return false;
}

/** Of a preset: its drums by their kind. @param {import("./app.js").App} app @param {Record<string, string>} kinds @returns {Row[]} */
function rowsOfKinds(app, kinds) {
  const { pads } = app.store;
  return Object.entries(kinds).flatMap(([kind, text]) => {
    const pad = pads.find((one) => one.name === kind)
      ?? pads.find((one) => one.name.startsWith(kind) || family(one.kind) === kind)
      ?? pads.find((one) => family(one.kind).startsWith(kind.split("_")[0]));
    return pad ? [{ pad: pad.name, length: text.length, text, steps: [] }] : [];
  });
}

/** @param {import("./app.js").App} app */
export async function shareBeat(app) {
  const beat = theBeat(app);
  const link = location.href.split("#")[0] + PREFIX + (await packed(beat));
  const file = new Blob([JSON.stringify(beat, null, 1)], { type: "application/json" });
  const save = h("a", { class: "button", href: URL.createObjectURL(file), download: `${beat.name}.beat.json` }, "Save as a file");
  const dialog = showLink("Share this beat", "The whole beat is in the link itself: whoever runs AstroDrum Live can open it.", link);
  dialog.append(save);
  if (link.length > MAX_LINK) app.say("this beat is too large for a link; share the file", true);
}

/** @param {import("./app.js").App} app */
export function openLink(app) {
  const open = async () => {
    if (!location.hash.startsWith(PREFIX)) return;
    const text = location.hash.slice(PREFIX.length);
    history.replaceState(null, "", location.href.split("#")[0]);
    try {
      if (text.length > MAX_LINK) throw new BeatError(`the link is longer than ${MAX_LINK} characters`);
      propose(app, checkBeat(await unpacked(text)));
    } catch (error) {
      app.say(`this link is no beat: ${error instanceof Error ? error.message : error}`, true);
    }
  };
  addEventListener("hashchange", open);
  open();
}

/** @param {import("./app.js").App} app @param {HTMLInputElement} input */
export async function openFile(app, input) {
  const file = input.files?.[0];
  input.value = "";
  if (!file) return;
  try {
    if (file.size > MAX_TEXT) throw new BeatError(`the file is longer than ${MAX_TEXT} bytes`);
    propose(app, checkBeat(parsed(await file.text())));
  } catch (error) {
    app.say(`this file is no beat: ${error instanceof Error ? error.message : error}`, true);
  }
}

/** Nothing that plays is changed before a player says so. @param {import("./app.js").App} app @param {Beat} beat */
function propose(app, beat) {
  const load = h("button", { type: "button", class: "main" }, "Play it");
  load.addEventListener("click", () => {
    close();
    applyBeat(app, beat);
  });
  show("A beat was shared", h("p", {}, `“${beat.name}”, ${Math.round(beat.tempo)} bpm, ${beat.rows.length} rows, for the kit “${beat.kit}”.`),
    h("p", { class: "quiet" }, "It becomes a pattern of its own, and the pads take its sounds. One undo takes all that back, and one more the change of kit."),
    h("div", { class: "row end" }, load));
}

/** @param {Beat} beat */
async function packed(beat) {
  const stream = new Blob([JSON.stringify(beat)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return `${VERSION}.${btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** @param {string} text */
async function unpacked(text) {
  const [, version, data] = /^(\d{1,4})\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (!data) throw new BeatError("it is damaged");
  if (Number(version) !== VERSION) throw new BeatError(`it is of version ${version}, and this page knows ${VERSION}`);
  const bytes = Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).pipeThrough(new TextDecoderStream()).getReader();
  let whole = "";
  for (let piece = await read(reader); piece !== undefined; piece = await read(reader)) {
    whole += piece;
    if (whole.length > MAX_TEXT) throw new BeatError("it is too long");
  }
  return parsed(whole);
}

/** @param {ReadableStreamDefaultReader<string>} reader */
async function read(reader) {
  try {
    return (await reader.read()).value;
  } catch {
    throw new BeatError("it is damaged");
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new BeatError("it is damaged");
  }
}
