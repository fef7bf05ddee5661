// @ts-check
/** The sequencer's patterns, as it tells them (docs/sequencer.md). */

/**
 * @typedef {{velocity: number, probability: number, ratchet: number, shift: number, when: string,
 *   n: number, locks: Record<string, number>}} Step
 * @typedef {{length: number, steps: Map<number, Step>}} Track
 * @typedef {{index: number, tempo: number, swing: number, grid: number, beats: number, seed: number,
 *   tracks: Map<string, Track>}} Pattern
 */

const KEYS = ["velocity", "probability", "ratchet", "shift", "when", "n"];
const MARKS = /** @type {Record<string, number>} */ ({ X: 1, x: 0.8, o: 0.5 });
export const LONGEST = 64;

/** @returns {Step} */
export const rest = () => ({ velocity: 0, probability: 1, ratchet: 1, shift: 0, when: "", n: -1, locks: {} });

/** @param {string} mark a character of a pattern's text @returns {number} its velocity */
export const loudness = (mark) => MARKS[mark] ?? (/[1-9]/.test(mark) ? Number(mark) / 9 : 0);

export class Beats {
  constructor() {
    this.known = false;
    this.plays = false;
    this.tempo = 120;
    this.clock = "internal";
    this.current = "";
    this.queued = "";
    this.fill = false;
    /** @type {Map<string, boolean>} */
    this.mute = new Map();
    /** @type {Map<string, boolean>} */
    this.solo = new Map();
    /** @type {Map<string, Pattern>} */
    this.patterns = new Map();
    this.at = { step: 1, beat: 0, bar: 1, pattern: "", when: 0 };
  }

  /** The pattern that plays, or would. */
  get pattern() {
    return this.patterns.get(this.current);
  }

  /** @param {string} track @returns {Track | undefined} */
  track(track) {
    return this.pattern?.tracks.get(track);
  }

  /** @param {string} track @param {number} step from 1 @returns {Step} */
  step(track, step) {
    return this.track(track)?.steps.get(step) ?? rest();
  }

  /** Where the track stands now, from 1, 0 when it does not play. @param {number} length */
  here(length) {
    return this.plays ? (Math.floor(this.place()) % length) + 1 : 0;
  }

  /** Steps since the pattern began, as it is now if it went on since it was told; not far. */
  place() {
    const grid = this.pattern?.grid ?? 4;
    const passed = ((performance.now() - this.at.when) / 60000) * this.tempo * grid;
    return this.at.beat * grid + Math.min(Math.max(passed, 0), 4);
  }

  /** Until the next step, ms, at least a little. */
  untilNext() {
    const each = 60000 / (this.tempo * (this.pattern?.grid ?? 4));
    return Math.max((1 - (this.place() % 1)) * each + 1, 8);
  }

  /** @param {string} address @param {any[]} args */
  take(address, args) {
    this.known = true;
    const [first, second] = args;
    switch (address) {
      case "/seq/play": this.plays = Boolean(first); break;
      case "/seq/tempo": this.tempo = first; break;
      case "/seq/clock": this.clock = first; break;
      case "/seq/select": [this.current, this.queued] = [first, second ?? ""]; break;
      case "/seq/fill": this.fill = Boolean(first); break;
      case "/seq/mute": this.mute.set(first, Boolean(second)); break;
      case "/seq/solo": this.solo.set(first, Boolean(second)); break;
      case "/seq/pattern": this.takePattern(first, pairs(args.slice(1))); break;
      case "/seq/track": this.takeTrack(first, second, pairs(args.slice(2))); break;
      case "/seq/step": this.takeStep(first, second, args[2], pairs(args.slice(3))); break;
      case "/seq/gone":
        if (second === undefined) this.patterns.delete(first);
        else this.patterns.get(first)?.tracks.delete(second);
        break;
      case "/seq/at":
        this.at = { step: first, beat: second, bar: args[2], pattern: args[3], when: performance.now() };
    }
  }

  /** @param {string} name @param {Record<string, any>} told */
  takePattern(name, told) {
    const tracks = this.patterns.get(name)?.tracks ?? new Map();
    this.patterns.set(name, /** @type {Pattern} */ ({ ...told, tracks }));
  }

  /** @param {string} pattern @param {string} name @param {Record<string, any>} told */
  takeTrack(pattern, name, told) {
    const tracks = this.patterns.get(pattern)?.tracks;
    if (!tracks) return;
    const track = tracks.get(name) ?? { length: 16, steps: new Map() };
    track.length = Number(told.length);
    [...String(told.text ?? "").replace(/[\s|]/g, "")].forEach((mark, index) => { // blanks mean nothing
      const known = track.steps.get(index + 1);
      const velocity = loudness(mark);
      if (!velocity && known?.velocity) known.velocity = 0;
      if (velocity && !known?.velocity) track.steps.set(index + 1, { ...rest(), ...known, velocity });
    });
    tracks.set(name, track);
  }

  /** @param {string} pattern @param {string} track @param {number} number @param {Record<string, any>} told */
  takeStep(pattern, track, number, told) {
    const steps = this.patterns.get(pattern)?.tracks.get(track)?.steps;
    if (!steps) return;
    const step = /** @type {any} */ (rest());
    for (const [key, value] of Object.entries(told)) {
      if (KEYS.includes(key)) step[key] = value;
      else step.locks[key] = value;
    }
    steps.set(number, step);
  }
}

/** @param {any[]} args @returns {Record<string, any>} */
function pairs(args) {
  const told = /** @type {Record<string, any>} */ ({});
  for (let i = 0; i + 1 < args.length; i += 2) told[args[i]] = args[i + 1];
  return told;
}
