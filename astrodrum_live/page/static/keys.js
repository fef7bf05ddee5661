// @ts-check
/** The keyboard as an instrument. */
import { at } from "./dom.js";
import { KEYS } from "./pads.js";

const FIRM = 0.85;
const NO_TEXT = ["button", "checkbox", "radio", "range", "file"];

/** @param {EventTarget | null} target whether what is typed there is meant as text */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NO_TEXT.includes(target.type);
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

/** @param {import("./app.js").App} app */
export function playKeys(app) {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !at("dialog").open) {
      app.setLearning(false);
      app.link.send("/panic");
      if (typing(event.target)) /** @type {HTMLElement} */ (event.target).blur();
      return;
    }
    if (at("dialog").open || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const pad = KEYS.indexOf(code(event));
    if (pad >= 0) {
      if (!event.repeat) app.strike(pad, event.shiftKey ? 1 : FIRM);
    } else if (event.code === "Space") {
      if (!event.repeat) app.link.send("/seq/toggle");
    } else if (event.key === "Backspace") app.link.send(event.shiftKey ? "/redo" : "/undo");
    else if (event.key === "l" && !event.repeat) app.setLearning(!app.learning);
    else return;
    event.preventDefault(); // nor a button's own space, nor the page's scrolling
  });
  addEventListener("keyup", (event) => {
    if (event.code === "Space" && !typing(event.target)) event.preventDefault();
  });
}

/** By place, so that the four rows are four rows on any layout. @param {KeyboardEvent} event */
function code(event) {
  const found = /^(?:Digit|Key)(.)$/.exec(event.code);
  return found ? found[1].toLowerCase() : event.key.toLowerCase();
}

/** While a control waits to be bound, touching one binds it. @param {import("./app.js").App} app */
export function learnByTouch(app) {
  addEventListener("pointerdown", (event) => {
    if (!app.learning || !(event.target instanceof Element)) return;
    const control = /** @type {HTMLElement | null} */ (event.target.closest("[data-row]"));
    const pad = /** @type {HTMLElement | null} */ (event.target.closest("[data-pad]"));
    if (control) app.learn(control.dataset.owner ?? "", control.dataset.row ?? "");
    else if (pad) app.learn(pad.dataset.pad ?? "", "");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}

