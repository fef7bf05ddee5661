// @ts-check
/** One drum's row of the beat: what is done to the drum, its steps, and a drawer with the rest. */
import { attr, button, h, write } from "./dom.js";
import { colour, shape } from "./kinds.js";
import { slider } from "./slider.js";
import { editSteps } from "./steps.js";

const MOST = 64;

/** @param {import("./app.js").App} app @param {string} name a pad */
export function makeRow(app, name) {
  const { store, link } = app;
  const index = store.pads.findIndex((pad) => pad.name === name);
  const kind = store.pads[index]?.kind ?? "";
  const spoken = name.replaceAll("_", " ");
  const title = h("button", { type: "button", class: "drum", "aria-label": `Hear ${spoken}` }, shape(kind), h("span", { class: "name" }, spoken));
  title.addEventListener("pointerdown", () => app.strike(index, 0.8));
  title.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    if (event.detail === 0) app.strike(index, 0.8);
  });
  const mute = button(`Mute ${spoken}`, "M", () => link.send("/seq/mute", name, store.beats.mute.get(name) ? 0 : 1), { class: "small mute" });
  const solo = button(`Solo ${spoken}`, "S", () => link.send("/seq/solo", name, store.beats.solo.get(name) ? 0 : 1), { class: "small solo" });
  const lock = button(`Lock ${spoken} to the hit just heard`, "Lock", () => app.lock(index), { class: "small" });
  const near = button(`New sound for ${spoken}, near this one`, "Near", () => app.newSound(index, "near"), { class: "small" });
  const far = button(`New sound for ${spoken}, another drum`, "Far", () => app.newSound(index, "far"), { class: "small" });
  const more = button(`Gain, pan, pitch and more of ${spoken}`, "⋯", () => {
    drawer.hidden = !drawer.hidden;
    drawSliders();
    attr(more, "aria-expanded", String(!drawer.hidden));
  }, { class: "small", "aria-expanded": "false" });
  const sliders = ["gain", "pan", "pitch"].map((row) => slider(app, () => name, row));
  const drawer = h("div", { class: "drawer", hidden: true }, ...sliders.map((one) => one.element),
    button(`Download the hit of ${spoken} just heard, as WAV`, "WAV", () => app.download(index)),
    button(`Clear the steps of ${spoken}`, "Clear", () => link.send("/seq/clear", "", name)));
  const steps = h("div", { class: "steps", role: "group", "aria-label": `Steps of ${spoken}` });
  const element = h("div", { class: "row", role: "group", "aria-label": spoken, data: { track: name } },
    h("div", { class: "rowhead" }, title, mute, solo, lock, near, far, more), steps, drawer);
  element.style.setProperty("--ink", colour(kind));
  const cells = Array.from({ length: MOST }, (_, place) => makeStep(place + 1));
  steps.append(...cells.map((cell) => cell.element));
  editSteps(app, name, steps);
  let lit = 0;

  /** @param {number} first from 0 @param {number} count */
  const draw = (first, count) => {
    const { beats } = store;
    const track = beats.track(name);
    const length = track?.length ?? 16;
    attr(mute, "aria-pressed", String(Boolean(beats.mute.get(name))));
    attr(solo, "aria-pressed", String(Boolean(beats.solo.get(name))));
    const frozen = Boolean(store.pads[index]?.frozen);
    attr(lock, "aria-pressed", String(frozen));
    const unheard = beats.mute.get(name) || ([...beats.solo.values()].some(Boolean) && !beats.solo.get(name));
    element.classList.toggle("unheard", Boolean(unheard));
    element.classList.toggle("chosen", app.chosen === index);
    steps.style.setProperty("--steps", String(count));
    const grid = beats.pattern?.grid ?? 4;
    cells.forEach((cell, place) => {
      const seen = place >= first && place < first + count;
      cell.element.hidden = !seen;
      if (seen) cell.draw(spoken, track?.steps.get(place + 1), place < length, place % grid === 0);
    });
    drawSliders();
  };
  const drawSliders = () => {
    if (!drawer.hidden) for (const one of sliders) one.draw();
  };

  /** Light the step that plays. */
  const run = () => {
    const here = store.beats.here(store.beats.track(name)?.length ?? 16);
    if (here === lit) return;
    cells[lit - 1]?.element.classList.remove("now");
    cells[here - 1]?.element.classList.add("now");
    lit = here;
  };
  return { element, kind, draw, drawSliders, run };
}

/** @param {number} number from 1 */
function makeStep(number) {
  const level = h("span", { class: "level" });
  const extra = h("span", { class: "extra" });
  const element = h("button", { type: "button", class: "step", role: "switch", data: { step: number }, tabindex: number === 1 ? 0 : -1 }, level, extra);
  /** @param {string} drum @param {import("./beats.js").Step | undefined} step @param {boolean} within @param {boolean} first */
  const draw = (drum, step, within, first) => {
    const velocity = step?.velocity ?? 0;
    attr(element, "aria-checked", String(velocity > 0));
    attr(element, "aria-label", `${drum} step ${number}${velocity > 0 ? `, velocity ${Math.round(velocity * 100)}` : ""}`);
    level.style.transform = `scaleY(${velocity.toFixed(3)})`;
    element.classList.toggle("beyond", !within);
    element.classList.toggle("first", first);
    write(extra, step && velocity > 0 ? words(step) : "");
  };
  return { element, draw };
}

/** What is particular about a step. @param {import("./beats.js").Step} step */
function words(step) {
  const told = [];
  if (step.ratchet > 1) told.push(`×${step.ratchet}`);
  if (step.probability < 1) told.push(`${Math.round(step.probability * 100)}%`);
  if (step.when) told.push(step.when);
  if (step.n >= 0 || Object.keys(step.locks).length) told.push("●");
  return told.join(" ");
}
