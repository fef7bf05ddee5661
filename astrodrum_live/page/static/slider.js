// @ts-check
/** A row of the table of parameters as a slider: told by the instrument, except while it is held. */
import { attr, h, write } from "./dom.js";

const HELD_MS = 250;
const STEPS = 200;

/**
 * @param {import("./app.js").App} app @param {() => string} owner a pad's name, or master
 * @param {string} name of the row @param {string} [text] how it is called here
 */
export function slider(app, owner, name, text = name) {
  const { store } = app;
  const input = h("input", { type: "range", min: 0, max: 1, step: "any" });
  const shown = h("output", {});
  const grade = h("span", { class: "grade", "aria-hidden": "true" });
  const element = h("label", { class: "slider", data: { row: name } }, h("span", { class: "label" }, text), grade, input, shown);
  let heldUntil = 0, low = 0, high = 1, unit = "";

  input.addEventListener("input", () => {
    heldUntil = performance.now() + HELD_MS;
    const value = place(Number(input.value));
    app.turn(owner(), name, value);
    store.values.set(address(), value);
    tell(value);
  });
  element.addEventListener("dblclick", () => {
    const row = store.rows.find((one) => one.name === name);
    if (row && owner() !== "master") app.turn(owner(), name, row.usual);
  });
  input.addEventListener("pointerdown", () => (heldUntil = Infinity));
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    input.addEventListener(end, () => (heldUntil = Math.min(heldUntil, performance.now() + HELD_MS)));
  }

  const address = () => (owner() === "master" ? `/master/${name}` : `/p/${owner()}/${name}`);
  const place = (/** @type {number} */ value) => Math.round(value * 1000) / 1000;
  const tell = (/** @type {number} */ value) => {
    const digits = high - low > 10 ? 1 : 2;
    const words = `${value.toFixed(digits)}${unit ? ` ${unit}` : ""}`;
    write(shown, words);
    attr(input, "aria-valuetext", words);
  };
  const draw = () => {
    const row = store.rows.find((one) => one.name === name);
    if (row) ({ low, high, unit } = row);
    attr(input, "min", String(low));
    attr(input, "max", String(high));
    attr(input, "step", String(row && row.unit === "st" ? 1 : (high - low) / STEPS));
    element.dataset.owner = owner();
    attr(input, "aria-label", `${text} of ${owner().replaceAll("_", " ")}`);
    const value = store.values.get(address());
    input.disabled = value === undefined;
    if (value !== undefined && performance.now() > heldUntil) {
      if (Number(input.value) !== Number(value)) input.value = String(value);
      tell(Number(value));
    }
    const knob = store.knobs.get(owner())?.[name];
    element.classList.toggle("idle", Boolean(knob && !knob.acts));
    write(grade, knob ? (knob.grade < 0 ? "–" : knob.grade.toFixed(2).replace(/^0/, "")) : "");
    attr(grade, "title", knob ? (knob.acts ? "its grade: 1 is perfect" : "does nothing for this kind of drum") : "");
    input.style.setProperty("--place", `${((Number(input.value) - low) / (high - low || 1)) * 100}%`);
  };
  return { element, draw, name };
}
