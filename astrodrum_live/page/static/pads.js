// @ts-check
/** The sixteen pads: struck where and how hard they are touched, or by the keyboard's four rows. */
import { at, attr, button, h, write } from "./dom.js";
import { colour, shape } from "./kinds.js";

export const KEYS = ["1", "2", "3", "4", "q", "w", "e", "r", "a", "s", "d", "f", "z", "x", "c", "v"];
const RING = 2 * Math.PI * 15;
const FLASH_MS = 50;
const SOFTEST = 0.3;

/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function showPads(app) {
  const { store } = app;
  const section = at("pads");
  const board = h("div", { class: "board" });
  const tools = padTools(app);
  section.append(board, tools.element);
  /** @type {ReturnType<typeof makePad>[]} */
  let pads = [];
  let names = "";

  const draw = () => {
    const now = store.pads.map((pad) => `${pad.name}:${pad.kind}`).join();
    if (now !== names) {
      names = now;
      pads = store.pads.map((pad) => makePad(app, pad.index));
      board.replaceChildren(...pads.map((pad) => pad.element));
      for (let left = pads.length; left < 16; left++) board.append(h("div", { class: "pad none" }));
    }
    pads.forEach((pad) => pad.draw());
    tools.draw();
  };
  store.on("pads", draw);
  app.on("chosen", draw);
  store.on("hit", (hit) => pads[hit.pad]?.flash());
}

/** @param {App} app @param {number} index */
function makePad(app, index) {
  const { store } = app;
  const pad = store.pads[index];
  const ring = h("circle", { class: "ring", cx: 18, cy: 18, r: 15, "stroke-dasharray": `0 ${RING}` });
  const bar = h("span", { class: "bar" });
  const lock = h("span", { class: "mark lock", "aria-hidden": "true" });
  const choke = h("span", { class: "mark choke", "aria-hidden": "true" });
  const face = h("span", { class: "face" },
    h("svg", { viewBox: "0 0 36 36", class: "ringed", "aria-hidden": "true" },
      h("circle", { class: "track", cx: 18, cy: 18, r: 15 }), ring),
    shape(pad.kind));
  const element = h("button", { type: "button", class: "pad", data: { pad: pad.name } },
    h("span", { class: "key", "aria-hidden": "true" }, KEYS[index]?.toUpperCase() ?? ""),
    face, h("span", { class: "name" }, pad.name.replaceAll("_", " ")), lock, choke, bar);
  element.style.setProperty("--ink", colour(pad.kind));
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no drag, no text chosen, no mouse event after a touch
    const box = element.getBoundingClientRect();
    const height = 1 - (event.clientY - box.top) / box.height;
    app.strike(index, SOFTEST + (1 - SOFTEST) * Math.min(Math.max(height * 1.15, 0), 1));
    flash();
  });
  element.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    if (event.detail === 0) app.strike(index, 0.8); // Enter, or a screen reader
  });

  let velocity = 0;
  const flash = () => {
    element.classList.add("hit");
    setTimeout(() => element.classList.remove("hit"), FLASH_MS);
  };
  const draw = () => {
    const now = store.pads[index];
    if (!now) return;
    const share = now.depth ? now.fresh / now.depth : 0;
    attr(ring, "stroke-dasharray", `${(share * RING).toFixed(1)} ${RING.toFixed(1)}`);
    if (velocity !== now.velocity) bar.style.transform = `scaleX(${(velocity = now.velocity).toFixed(3)})`;
    write(lock, now.frozen ? "locked" : "");
    write(choke, now.choke ? now.choke[0].toUpperCase() : "");
    element.classList.toggle("chosen", app.chosen === index);
    element.classList.toggle("low", share < 0.1);
    attr(element, "aria-label",
      `${now.name}, ${now.fresh} of ${now.depth} fresh${now.frozen ? ", locked to one hit" : ""}` +
      `${now.choke ? `, choke group ${now.choke}` : ""}, key ${KEYS[index]?.toUpperCase()}`);
  };
  return { element, draw, flash };
}

/** What can be done with the pad that was touched last. @param {App} app */
function padTools(app) {
  const title = h("h2", { class: "tool-title" });
  const lock = button("Lock: play the hit just heard at every stroke", "Lock", () => app.lock(app.chosen));
  const element = h("div", { class: "tools", role: "group", "aria-label": "The chosen pad" },
    title, lock,
    button("New sound, near this one", "Near", () => app.newSound(app.chosen, "near")),
    button("New sound, another drum", "Far", () => app.newSound(app.chosen, "far")),
    button("Choke: fade what sounds on this pad", "Choke", () => app.link.send("/choke", app.padName(app.chosen))),
    button("Download the hit just heard, as WAV", "WAV", () => app.download(app.chosen)),
    button("Bind a MIDI pad: press, then strike it", "Bind", () => app.learn(app.padName(app.chosen), "")));
  const draw = () => {
    const pad = app.store.pads[app.chosen];
    write(title, pad ? pad.name.replaceAll("_", " ") : "");
    attr(lock, "aria-pressed", String(Boolean(pad?.frozen)));
    write(lock, pad?.frozen ? "Unlock" : "Lock");
  };
  return { element, draw };
}
