// @ts-check
/** Transport, kit, and what is done to the whole. */
import { at, attr, button, h, write } from "./dom.js";
import { PRESETS } from "./presets.js";
import { askName, showHelp } from "./dialog.js";
import { applyBeat, openFile, shareBeat } from "./share.js";
import { nextTheme } from "./theme.js";

/** @param {import("./app.js").App} app */
export function showBar(app) {
  const { store, link } = app;
  const bar = at("bar");
  const play = button("Play (space)", "Play", () => link.send("/seq/toggle"), { class: "play" });
  const tempo = h("input", { type: "number", min: 20, max: 999, step: 1, id: "tempo", "aria-label": "Tempo in beats a minute", inputmode: "decimal" });
  tempo.addEventListener("change", () => {
    const bpm = Number(tempo.value);
    if (bpm >= 20 && bpm <= 999) link.send("/seq/tempo", bpm);
    else tempo.value = String(Math.round(store.beats.tempo * 10) / 10);
  });
  const swing = h("input", { type: "range", min: 0.5, max: 0.75, step: 0.005, "aria-label": "Swing" });
  swing.addEventListener("input", () => link.send("/seq/swing", Number(swing.value)));
  const pattern = select("Pattern", (name) => link.send("/seq/select", name));
  const fill = button("Fill", "Fill", () => link.send("/seq/fill", store.beats.fill ? 0 : 1));
  const presets = select("Preset", (name) => {
    const preset = PRESETS.find((one) => one.name === name);
    presets.value = "";
    if (preset) applyBeat(app, preset);
  });
  presets.append(h("option", { value: "" }, "Preset"), ...PRESETS.map((one) => h("option", { value: one.name }, one.title)));
  const kit = select("Kit", (name) => link.send("/kit", name));
  const record = button("Record the mix", "Rec", () => link.send("/record", store.status.recording ? 0 : 1), { class: "record" });
  const learn = button("Bind a MIDI knob: press, then touch a control, then turn the knob", "Learn", () => {
    if (store.status.learning) link.send("/learn");
    app.setLearning(!app.learning && !store.status.learning);
  });
  const save = button("Save as a kit of your own", "Save", () =>
    askName("Save as", "Name of the kit", String(store.status.kit ?? ""), (name) => link.send("/save", name)));
  const share = button("Share: the whole beat in a link", "Share", () => shareBeat(app));
  const open = h("input", { type: "file", accept: ".json,application/json", class: "hidden", "aria-hidden": "true", tabindex: -1 });
  open.addEventListener("change", () => openFile(app, open));

  bar.append(
    group("Play", play, h("label", { class: "tempo" }, tempo, h("span", {}, "bpm")),
      button("Tap the tempo", "Tap", () => link.send("/seq/tap")),
      h("label", { class: "swing" }, h("span", {}, "Swing"), swing)),
    group("Beat", presets, pattern,
      button("New pattern, empty", "New", () => newPattern(app)), fill),
    group("Kit", kit, save, share, button("Open a beat from a file", "Open", () => open.click()), open),
    group("History", button("Undo (backspace)", "Undo", () => link.send("/undo")),
      button("Redo (shift backspace)", "Redo", () => link.send("/redo"))),
    group("Session", learn, record,
      button("Stage or room: dark or light", "Light", nextTheme),
      button("Keys", "?", showHelp, { class: "narrow" }),
      button("Panic: silence (escape)", "Panic", () => link.send("/panic"), { class: "panic" })));

  const draw = () => {
    const { beats, status } = store;
    write(play, beats.plays ? "Stop" : "Play");
    attr(play, "aria-pressed", String(beats.plays));
    for (const control of [play, tempo, swing, pattern, fill, presets]) control.disabled = !beats.known;
    if (document.activeElement !== tempo) tempo.value = String(Math.round(beats.tempo * 10) / 10);
    if (document.activeElement !== swing) swing.value = String(beats.pattern?.swing ?? 0.5);
    swing.style.setProperty("--place", `${((Number(swing.value) - 0.5) / 0.25) * 100}%`);
    attr(swing, "aria-valuetext", `${Math.round((beats.pattern?.swing ?? 0.5) * 100)} percent`);
    options(pattern, [...beats.patterns].sort((a, b) => a[1].index - b[1].index).map(([name]) => name), beats.queued || beats.current);
    pattern.classList.toggle("queued", Boolean(beats.queued));
    attr(fill, "aria-pressed", String(beats.fill));
    options(kit, store.kits, String(status.kit ?? ""));
    attr(record, "aria-pressed", String(Boolean(status.recording)));
    attr(learn, "aria-pressed", String(app.learning || Boolean(status.learning)));
  };
  for (const topic of ["beat", "status", "others", "ready"]) store.on(topic, draw);
  app.on("learning", draw);
  draw();
}

/** @param {import("./app.js").App} app */
function newPattern(app) {
  const names = app.store.beats.patterns;
  let number = names.size + 1;
  while (names.has(`beat-${number}`)) number++;
  const name = `beat-${number}`;
  app.together(`the new pattern ${name}`, ["/seq/new", name], ["/seq/select", name, "now"]);
}

/** @param {string} name @param {...any} inside */
const group = (name, ...inside) => h("div", { class: "group", role: "group", "aria-label": name }, ...inside);

/** @param {string} label @param {(value: string) => void} act @returns {HTMLSelectElement} */
function select(label, act) {
  const made = h("select", { "aria-label": label, title: label });
  made.addEventListener("change", () => act(made.value));
  return made;
}

/** @param {HTMLSelectElement} element @param {string[]} names @param {string} chosen */
function options(element, names, chosen) {
  const all = names.includes(chosen) || !chosen ? names : [...names, chosen];
  if ([...element.options].map((one) => one.value).join() !== all.join()) {
    element.replaceChildren(...all.map((name) => h("option", { value: name }, name)));
  }
  if (element.value !== chosen && document.activeElement !== element) element.value = chosen;
}
