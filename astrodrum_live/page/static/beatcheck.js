// @ts-check
/** A beat from elsewhere, held against what a beat is. What is not one is refused as a whole. */

export const VERSION = 1;
const FORMAT = "astrodrum-shared-beat";
const NAME = /^[A-Za-z0-9_-]{1,32}$/;
const KIT = /^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$/;
const ROW = /^[a-z][a-z0-9_]{0,31}$/;
const TEXT = /^[-.~oxX1-9]{1,64}$/;
const WHEN = /^(|fill|nofill|[1-9]:[1-9])$/;
const SEED = /^[0-9a-f]{16}$/;
const MAX_PADS = 16, MAX_ROWS = 64;

export class BeatError extends Error {}

/** @param {any} told @returns {import("./share.js").Beat} Errors: `BeatError` */
export function checkBeat(told) {
  const beat = table(told, "it");
  if (beat.format !== FORMAT) throw new BeatError("it is something else");
  if (beat.version !== VERSION) throw new BeatError(`it is of version ${String(beat.version).slice(0, 9)}, and this page knows ${VERSION}`);
  return {
    format: FORMAT,
    version: VERSION,
    name: text(beat.name, NAME, "its name"),
    kit: text(beat.kit, KIT, "its kit"),
    tempo: number(beat.tempo, 20, 999, "its tempo"),
    swing: number(beat.swing, 0.5, 0.75, "its swing"),
    grid: number(beat.grid, 1, 16, "its grid"),
    beats: number(beat.beats, 1, 16, "its beats"),
    seed: number(Number(beat.seed), 0, 2 ** 32 - 1, "its seed"),
    rows: list(beat.rows, MAX_PADS, "its rows").map(checkRow),
    sounds: entries(beat.sounds, NAME, MAX_PADS, "its sounds", (rows) =>
      entries(rows, ROW, MAX_ROWS, "a sound", (value) => number(value, -1e10, 1e10, "a value"))),
    frozen: entries(beat.frozen ?? {}, NAME, MAX_PADS, "its locked hits", (hit) => {
      const [seed, madeFor] = list(hit, 2, "a locked hit");
      return /** @type {[string, number]} */ ([text(seed, SEED, "a locked hit"), number(madeFor, 0, 1, "a locked hit")]);
    }),
  };
}

/** @param {any} told */
function checkRow(told) {
  const row = table(told, "a row");
  const length = number(row.length, 1, 64, "a row's length");
  return {
    pad: text(row.pad, NAME, "a row's drum"),
    length,
    text: text(row.text, TEXT, "a row's steps"),
    steps: list(row.steps, 64, "a row's steps").map((one) => {
      const [step, keys] = list(one, 2, "a step");
      return /** @type {[number, Record<string, number | string>]} */ ([
        number(step, 1, length, "a step"),
        entries(keys, ROW, MAX_ROWS, "a step", (value, key) => key === "when" ? text(value, WHEN, "a step's when") : number(value, -1e10, 1e10, "a step")),
      ]);
    }),
  };
}

/** @param {any} value @param {string} what @returns {Record<string, any>} */
function table(value, what) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BeatError(`${what} is not what it should be`);
  return value;
}

/** @param {any} value @param {number} most @param {string} what @returns {any[]} */
function list(value, most, what) {
  if (!Array.isArray(value) || value.length > most) throw new BeatError(`${what} are not what they should be`);
  return value;
}

/** @param {any} value @param {RegExp} form @param {string} what @returns {string} */
function text(value, form, what) {
  if (typeof value !== "string" || !form.test(value)) throw new BeatError(`${what} has characters that none has`);
  return value;
}

/** @param {any} value @param {number} low @param {number} high @param {string} what @returns {number} */
function number(value, low, high, what) {
  if (typeof value !== "number" || !(value >= low && value <= high)) throw new BeatError(`${what} is not from ${low} to ${high}`);
  return value;
}

/**
 * @template T
 * @param {any} value @param {RegExp} form of its keys @param {number} most @param {string} what
 * @param {(value: any, key: string) => T} check @returns {Record<string, T>}
 */
function entries(value, form, most, what, check) {
  const found = Object.entries(table(value, what));
  if (found.length > most) throw new BeatError(`${what} are too many`);
  return Object.fromEntries(found.map(([key, one]) => [text(key, form, what), check(one, key)]));
}
