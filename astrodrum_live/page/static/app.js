// @ts-check
/** What a player does: each a few messages. Nothing is changed here; the instrument tells what came of it. */
import { at, h } from "./dom.js";

const NEAR = 0.5; // deviations along each axis
const AXES = 8;

export class App {
  /** @param {import("./store.js").Store} store @param {import("./link.js").Link} link */
  constructor(store, link) {
    this.store = store;
    this.link = link;
    this.chosen = 0;
    this.learning = false;
    this.choosing = false;
    /** @type {Record<string, Set<() => void>>} */
    this.listeners = {};
  }

  /** @param {string} what @param {() => void} listener */
  on(what, listener) {
    (this.listeners[what] ??= new Set()).add(listener);
  }

  /** @param {string} what */
  tell(what) {
    for (const listener of this.listeners[what] ?? []) listener();
  }

  /** @param {number} pad */
  padName(pad) {
    return this.store.pads[pad]?.name ?? "";
  }

  /** @param {number} pad */
  choose(pad) {
    if (pad === this.chosen || !this.store.pads[pad]) return;
    if (!this.choosing) requestAnimationFrame(() => this.showChosen()); // the next press shall not wait for it
    this.choosing = true;
    this.chosen = pad;
  }

  showChosen() {
    this.choosing = false;
    this.tell("chosen");
  }

  /** @param {number} pad @param {number} velocity 0..1 */
  strike(pad, velocity) {
    const name = this.padName(pad);
    if (!name) return;
    this.link.send(`/hit/${name}`, Math.round(velocity * 1000) / 1000);
    this.choose(pad);
  }

  /** @param {number} pad */
  lock(pad) {
    const { name, frozen } = this.store.pads[pad] ?? {};
    if (name) this.link.send(frozen ? "/thaw" : "/freeze", name);
  }

  /** @param {number} pad @param {"near" | "far"} how */
  newSound(pad, how) {
    const now = this.store.pads[pad];
    if (!now) return;
    this.choose(pad);
    const axes = Array.from({ length: AXES }, (_, i) => `z${i + 1}`);
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const moved = how === "far"
      ? ["seed", seed, ...axes.flatMap((axis) => [axis, 0])]
      : axes.flatMap((axis) => [axis, this.store.value(pad, axis) + NEAR * normal()]);
    const turn = /** @type {import("./link.js").Message} */ (["/turn", now.name, ...moved]);
    if (now.frozen) this.together(`the new sound of ${now.name}`, ["/thaw", now.name], turn); // locked, it has no other
    else this.link.send(...turn);
  }

  /** What one undo takes back. @param {string} words @param {...import("./link.js").Message} messages */
  together(words, ...messages) {
    this.link.sendAll([["/undo/begin", words], ...messages, ["/undo/end"]]);
  }

  /** @param {number} pad */
  async download(pad) {
    const name = this.padName(pad);
    const answer = await fetch(`hit.wav?pad=${encodeURIComponent(name)}`).catch(() => null);
    if (answer?.status !== 200) return this.say(`no hit of ${name} can be had now`, true);
    const file = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    const url = URL.createObjectURL(await answer.blob());
    const link = h("a", { href: url, download: file ?? `${name}.wav` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  /** @param {string} owner a pad, or master @param {string} param empty: the pad's own note */
  learn(owner, param) {
    this.setLearning(false);
    if (param) this.link.send("/learn", owner, param);
    else this.link.send("/learn", owner);
  }

  /** @param {boolean} on */
  setLearning(on) {
    this.learning = on;
    document.body.classList.toggle("learning", on);
    this.tell("learning");
  }

  /** What a control turns, unless it is to be bound. @param {string} owner @param {string} param @param {number} value */
  turn(owner, param, value) {
    this.link.send(owner === "master" ? `/master/${param}` : `/p/${owner}/${param}`, value);
  }

  /** @param {string} text @param {boolean} [wrong] */
  say(text, wrong = false) {
    this.store.tell("words", { text, wrong });
  }

  get words() {
    return at("words");
  }
}

/** A normal number (Box and Muller's). */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
