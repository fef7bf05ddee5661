// @ts-check
/** The knobs of the chosen pad, each with its grade, its place in the mix, and the mix itself. */
import { at, h, write } from "./dom.js";
import { colour, shape } from "./kinds.js";
import { slider } from "./slider.js";

const SOUND = ["brightness", "decay", "punch", "body", "noisiness", "tuning"];
const FEEL = [["radius", "freshness"], ["dynamics"], ["drift"], ["morph"]];
const MIX = ["gain", "pan", "pitch"];

/** @param {import("./app.js").App} app */
export function showKnobs(app) {
  const { store, link } = app;
  const owner = () => app.padName(app.chosen);
  const sliders = [
    ...SOUND.map((name) => slider(app, owner, name)),
    ...FEEL.map(([name, text]) => slider(app, owner, name, text)),
    ...MIX.map((name) => slider(app, owner, name)),
  ];
  const to = h("select", { "aria-label": "Morph to" });
  to.addEventListener("change", () => link.send(`/p/${owner()}/morph_to`, Number(to.value)));
  const master = slider(app, () => "master", "gain", "master");
  const name = h("span", {});
  const title = h("h2", {}, name);
  at("knobs").append(title, h("div", { class: "sliders" }, ...sliders.map((one) => one.element),
    h("label", { class: "slider" }, h("span", { class: "label" }, "morph to"), to), master.element));
  const morph = kitMorph(app);
  at("knobs").append(morph.element);
  let kind = "";

  const draw = () => {
    const pad = store.pads[app.chosen];
    write(name, owner().replaceAll("_", " "));
    if (pad && kind !== pad.kind) {
      kind = pad.kind;
      title.replaceChildren(shape(kind), name);
      at("knobs").style.setProperty("--ink", colour(kind));
    }
    for (const one of sliders) one.draw();
    for (const one of sliders) one.element.hidden = store.rows.length > 0 && !store.rows.some((row) => row.name === one.name);
    master.draw();
    if (to.options.length !== store.classes.length) {
      to.replaceChildren(...store.classes.map((one, index) => h("option", { value: index }, one.replaceAll("_", " "))));
    }
    if (document.activeElement !== to) to.value = String(store.value(app.chosen, "morph_to"));
    morph.draw();
  };
  for (const topic of ["values", "kit", "others", "ready"]) store.on(topic, draw);
  app.on("chosen", draw);
}

/** The fader between two kits, where the instrument has one. @param {import("./app.js").App} app */
function kitMorph(app) {
  const { store, link } = app;
  const fader = h("input", { type: "range", min: 0, max: 1, step: 0.005, "aria-label": "Morph to another kit" });
  const kit = h("select", { "aria-label": "Kit to morph to" });
  const element = h("div", { class: "kitmorph", hidden: true, role: "group", "aria-label": "Kit morph" },
    h("span", { class: "label" }, "Kit morph"), kit, fader);
  fader.addEventListener("input", () => link.send("/kit/morph", Number(fader.value)));
  kit.addEventListener("change", () => link.send("/morph/to", kit.value));
  const draw = () => {
    const value = store.values.get("/master/kit_morph");
    element.hidden = value === undefined;
    if (element.hidden) return;
    if (document.activeElement !== fader) fader.value = String(value);
    fader.style.setProperty("--place", `${Number(fader.value) * 100}%`);
    if (kit.options.length !== store.kits.length + 1) {
      kit.replaceChildren(h("option", { value: "" }, "to …"), ...store.kits.map((name) => h("option", { value: name }, name)));
    }
    if (document.activeElement !== kit) kit.value = String(store.others["/morph/to"]?.[0] ?? "");
  };
  return { element, draw };
}
