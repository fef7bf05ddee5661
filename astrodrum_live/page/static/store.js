// @ts-check
/** What the instrument has told. Everything shown is drawn from here, and nothing else is kept. */
import { Beats } from "./beats.js";

/**
 * @typedef {{name: string, index: number, kind: string, choke: string, fresh: number, depth: number,
 *   frozen: string, madeFor: number, x: number, y: number, velocity: number, struck: number}} Pad
 * @typedef {{pad: number, velocity: number, seed: string, count: number, x: number, y: number}} Hit
 * @typedef {{acts: boolean, grade: number}} Knob
 * @typedef {{name: string, unit: string, low: number, high: number, usual: number, stage: string}} Row
 */

const HITS = 8;

export class Store {
  constructor() {
    /** @type {Map<string, Set<(value?: any) => void>>} */
    this.listeners = new Map();
    /** @type {Set<string>} */
    this.dirty = new Set();
    this.server = false;
    this.engine = false;
    this.ready = false;
    this.clear();
  }

  clear() {
    /** @type {Record<string, any>} */
    this.status = {};
    /** @type {Pad[]} */
    this.pads = [];
    /** @type {Map<string, number | string>} */
    this.values = new Map();
    /** @type {Map<string, Record<string, Knob>>} */
    this.knobs = new Map();
    /** @type {Row[]} */
    this.rows = [];
    /** @type {string[]} */
    this.kits = [];
    /** @type {string[]} */
    this.classes = [];
    /** @type {number[]} */
    this.steps = [];
    /** @type {Hit[]} */
    this.hits = [];
    /** @type {Record<string, any[]>} */
    this.others = {};
    this.beats = new Beats();
    this.scope = { peak: -120, bands: /** @type {number[]} */ ([]), at: 0 };
    this.rate = { made: 0, at: 0, perSecond: 0 };
    this.xrunsAt = -Infinity;
    this.ready = false;
  }

  /** @param {string} topic `pads`: how full they are, how hard struck; `kit`: what they are; `map`: where. @param {(value?: any) => void} listener
   * called once a frame at most, or, for `hit` and `words`, each time */
  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, new Set());
    this.listeners.get(topic)?.add(listener);
  }

  /** @param {string} topic @param {any} [value] */
  tell(topic, value) {
    for (const listener of this.listeners.get(topic) ?? []) listener(value);
  }

  /** @param {string} topic */
  touch(topic) {
    if (!this.dirty.size) requestAnimationFrame(() => this.flush());
    this.dirty.add(topic);
  }

  flush() {
    const topics = [...this.dirty];
    this.dirty.clear();
    for (const topic of topics) this.tell(topic);
  }

  /** @param {number} pad @param {string} row @param {number} other where it was not told */
  value(pad, row, other = 0) {
    return Number(this.values.get(`/p/${this.pads[pad]?.name}/${row}`) ?? other);
  }

  /** @param {import("./link.js").Message[]} messages */
  take(messages) {
    for (const message of messages) this.one(message);
  }

  /** @param {any[]} message */
  one([address, ...args]) {
    const parts = address.split("/");
    if (parts[1] === "seq") {
      this.beats.take(address, args);
      this.touch(address === "/seq/at" ? "at" : "beat");
    } else if (parts[1] === "p" || parts[1] === "master") {
      this.values.set(address, args[0]);
      this.touch("values");
    } else if (parts[1] === "list") this.list(parts[2], args);
    else if (parts[1] === "feed") this.feed(parts[2], args);
    else if (parts[1] === "page") this.page(parts[2], args);
    else if (address === "/error") this.tell("words", { text: String(args[2] ?? args[1]), wrong: true });
    else {
      this.others[address] = args;
      this.touch("others");
    }
  }

  /** @param {string} what @param {any[]} args */
  page(what, args) {
    if (what === "engine") this.engine = Boolean(args[0]);
    else if (what === "clear") this.clear();
    else if (what === "ready") this.ready = true;
    else if (what === "words") this.tell("words", { text: String(args[0]), wrong: true });
    for (const topic of what === "words" ? [] : ["status", "pads", "kit", "map", "values", "beat", "others", "ready"]) this.touch(topic);
  }

  /** @param {string} what @param {any[]} args */
  list(what, args) {
    const [index, name, ...more] = args;
    if (what === "kits") this.kits[index] = name;
    else if (what === "classes") this.classes[index] = name;
    else if (what === "params") {
      const [unit, low, high, usual, stage] = more;
      this.rows[index] = { name, unit, low, high, usual, stage };
    } else if (what === "knobs") {
      const [knob, acts, grade] = more;
      this.knobs.set(name, { ...this.knobs.get(name), [knob]: { acts: Boolean(acts), grade } });
    }
    this.touch("values");
    if (what === "kits") this.touch("others");
  }

  /** @param {string} what @param {any[]} args */
  feed(what, args) {
    if (what === "status") {
      const xruns = Number(this.status.xruns ?? NaN);
      for (let i = 0; i + 1 < args.length; i += 2) this.status[args[i]] = args[i + 1];
      if (Number(this.status.xruns) > xruns) this.xrunsAt = performance.now();
      this.made();
      this.touch("status");
    } else if (what === "pad") this.pad(args);
    else if (what === "hit") this.hit(args);
    else if (what === "scope") {
      this.scope = { peak: args[0], bands: args[1], at: performance.now() };
      this.touch("scope");
    } else if (what === "map") {
      this.steps = args;
      this.touch("map");
    } else if (what === "log") this.tell("words", { text: String(args[0]), wrong: false });
  }

  /** @param {any[]} args */
  pad([name, index, kind, choke, fresh, depth, frozen, madeFor, x, y]) {
    const before = this.pads[index];
    const { velocity, struck } = before?.name === name ? before : { velocity: 0, struck: 0 };
    this.pads[index] = { name, index, kind, choke, fresh, depth, frozen, madeFor, x, y, velocity, struck };
    const other = before?.name !== name || before.kind !== kind;
    if (other || before.frozen !== frozen) this.touch("kit");
    if (other || before.x !== x || before.y !== y) this.touch("map");
    this.touch("pads");
  }

  /** @param {any[]} args */
  hit([index, velocity, seed, number, count, x, y]) {
    const pad = this.pads[index];
    if (pad) [pad.velocity, pad.struck] = [velocity, performance.now()];
    const hit = { pad: index, velocity, seed, number, count, x, y };
    this.hits = [hit, ...this.hits].slice(0, HITS);
    this.tell("hit", hit);
    this.touch("pads");
    this.touch("map");
  }

  /** How many hits are made a second, over what was told since. */
  made() {
    const now = performance.now(), made = Number(this.status.made ?? 0), before = this.rate;
    if (made < before.made || !before.at) this.rate = { made, at: now, perSecond: 0 };
    else if (now - before.at > 900) {
      this.rate = { made, at: now, perSecond: ((made - before.made) * 1000) / (now - before.at) };
    }
  }
}
