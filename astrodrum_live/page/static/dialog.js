// @ts-check
/** The one dialog: a question, or something to read. */
import { at, button, h } from "./dom.js";

/** @param {string} title @param {...Node} inside */
export function show(title, ...inside) {
  const dialog = at("dialog");
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...inside,
    h("div", { class: "row end" }, closing()));
  if (!dialog.open) dialog.showModal();
  return dialog;
}

export const close = () => at("dialog").close();

function closing() {
  const made = h("button", { type: "button" }, "Close");
  made.addEventListener("click", close);
  return made;
}

/** @param {string} title @param {string} label @param {string} proposed @param {(name: string) => void} act */
export function askName(title, label, proposed, act) {
  const input = h("input", {
    type: "text", value: proposed, maxlength: 40, pattern: "[A-Za-z0-9][A-Za-z0-9 _\\-]*", required: true,
    autocomplete: "off", spellcheck: "false",
  });
  const form = h("form", { method: "dialog" },
    h("label", { class: "stacked" }, label, input),
    h("p", { class: "quiet" }, "Letters, digits, spaces, - and _. It goes into your own patch folder."),
    h("div", { class: "row end" }, h("button", { type: "submit", class: "main" }, "Save")));
  form.addEventListener("submit", () => act(input.value.trim()));
  show(title, form);
  input.select();
}

const HELP = [
  ["1 2 3 4, Q W E R, A S D F, Z X C V", "the pads; with shift, as hard as can be"],
  ["Space", "play, stop"],
  ["Backspace, shift Backspace", "undo, redo"],
  ["Escape", "panic: silence"],
  ["Arrows", "go about in the beat, and on the map"],
  ["Enter", "set or clear a step"],
  ["Shift up, shift down", "a step's velocity"],
  ["Drag a step up or down", "its velocity; drag to the side: more steps"],
  ["L", "bind a MIDI knob to the control that is touched next"],
];

export function showHelp() {
  show("Keys", h("dl", { class: "keys" },
    ...HELP.flatMap(([key, does]) => [h("dt", {}, key), h("dd", {}, does)])));
}

/** @param {string} title @param {string} text @param {string} link */
export function showLink(title, text, link) {
  const input = h("input", { type: "text", readonly: true, value: link, "aria-label": "Link" });
  const copied = h("p", { class: "quiet", role: "status" });
  const copy = button("Copy the link", "Copy", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(link);
      copied.textContent = "copied";
    } catch {
      copied.textContent = "chosen: copy it with your keyboard";
    }
  }, { class: "main" });
  return show(title, h("p", {}, text), h("div", { class: "row" }, input, copy), copied);
}
