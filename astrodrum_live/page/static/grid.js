// @ts-check
/** The beat: a row for each drum, a step for each place; what plays it is in the instrument. */
import { at, attr, button, h } from "./dom.js";
import { makeRow } from "./row.js";

const STEP_PX = 45;
const HEAD_PX = 440;
const LENGTHS = [16, 32, 64];
const KINDS_FIRST = ["kick", "snare", "hat_closed"];
const FEWEST = 3, FEWEST_WIDE = 8;

/** @param {import("./app.js").App} app */
export function showGrid(app) {
  const { store } = app;
  const section = at("grid");
  const rows = h("div", { class: "rows" });
  const lengths = h("span", { class: "choice", role: "group", "aria-label": "Steps of all rows" });
  const banks = h("span", { class: "choice", role: "group", "aria-label": "Steps that are shown" });
  const more = h("select", { "aria-label": "Add a row" });
  const clear = button("Clear the pattern", "Clear", () => app.link.send("/seq/clear", ""));
  const none = h("p", { class: "quiet", hidden: true }, "This instrument has no sequencer.");
  section.append(h("div", { class: "head" }, h("h2", {}, "Beat"), lengths, banks, more, clear), rows, none);
  for (const length of LENGTHS) {
    lengths.append(button(`${length} steps`, String(length), () => setLength(app, length), { data: { length } }));
  }

  /** @type {Map<string, ReturnType<typeof makeRow>>} */
  const made = new Map();
  /** @type {Set<string>} rows that were asked for, though they are empty */
  const wanted = new Set();
  let shown = 16, bank = 0, follow = true, hovering = 0;

  more.addEventListener("change", () => {
    wanted.add(more.value);
    more.value = "";
    draw();
  });

  const fit = () => {
    const wide = section.clientWidth;
    const beside = Math.floor((wide - HEAD_PX) / STEP_PX); // steps that fit beside their row's head
    shown = beside >= 32 ? 32 : wide >= 16 * STEP_PX ? 16 : 8;
    section.classList.toggle("narrow", beside < 16);
    draw();
  };

  const longest = () => Math.max(16, ...visible().map((name) => store.beats.track(name)?.length ?? 16));
  const visible = () => {
    const used = (/** @type {string} */ name) => [...(store.beats.track(name)?.steps.values() ?? [])].some((step) => step.velocity > 0);
    const names = store.pads.map((pad) => pad.name);
    const kept = new Set(names.filter((name) => used(name) || wanted.has(name)));
    for (const kind of KINDS_FIRST) {
      const pad = store.pads.find((one) => one.kind === kind);
      if (pad && kept.size < FEWEST) kept.add(pad.name);
    }
    const fewest = shown === 32 ? FEWEST_WIDE : FEWEST;
    for (const name of names) if (kept.size < fewest) kept.add(name);
    return names.filter((name) => kept.has(name));
  };

  const draw = () => {
    none.hidden = store.beats.known || !store.ready;
    rows.hidden = !store.beats.known;
    const names = visible();
    const length = longest();
    bank = Math.min(bank, Math.ceil(length / shown) - 1);
    drawBanks(length);
    for (const [name, row] of made) {
      if (!names.includes(name) || row.kind !== store.pads.find((pad) => pad.name === name)?.kind) {
        row.element.remove();
        made.delete(name);
      }
    }
    names.forEach((name, place) => {
      let row = made.get(name);
      if (!row) made.set(name, (row = makeRow(app, name)));
      if (rows.children[place] !== row.element) rows.insertBefore(row.element, rows.children[place] ?? null);
      row.draw(bank * shown, shown);
    });
    drawMore(names);
    lengths.childNodes.forEach((/** @type {any} */ one) => attr(one, "aria-pressed", String(Number(one.dataset.length) === length)));
  };

  const drawBanks = (/** @type {number} */ length) => {
    const count = Math.ceil(length / shown);
    banks.hidden = count < 2;
    if (banks.children.length !== count || Number(banks.dataset.shown) !== shown) {
      banks.dataset.shown = String(shown);
      banks.replaceChildren(...Array.from({ length: count }, (_, index) =>
        button(`Steps ${index * shown + 1} to ${(index + 1) * shown}`, `${index * shown + 1}–${(index + 1) * shown}`, () => {
          bank = index;
          follow = false;
          draw();
        })));
    }
    [...banks.children].forEach((one, index) => attr(one, "aria-pressed", String(index === bank)));
  };

  const drawMore = (/** @type {string[]} */ names) => {
    const left = store.pads.map((pad) => pad.name).filter((name) => !names.includes(name));
    const text = left.join();
    if (more.dataset.left === text && more.options.length) return;
    more.dataset.left = text;
    more.replaceChildren(h("option", { value: "" }, "Add a row"), ...left.map((name) => h("option", { value: name }, name.replaceAll("_", " "))));
    more.disabled = !left.length;
  };

  let timer = 0;
  /** Light what plays, and again when the next step does. */
  const run = () => {
    clearTimeout(timer);
    const { beats } = store;
    if (beats.plays && follow && !hovering) {
      const to = Math.floor((beats.here(longest()) - 1) / shown);
      if (to >= 0 && to !== bank) {
        bank = to;
        draw();
      }
    }
    for (const row of made.values()) row.run();
    if (beats.plays) timer = setTimeout(run, beats.untilNext());
  };
  section.addEventListener("pointerdown", () => hovering++);
  addEventListener("pointerup", () => (hovering = 0));
  addEventListener("pointercancel", () => (hovering = 0));
  arrows(section);
  for (const topic of ["beat", "kit", "ready"]) store.on(topic, draw);
  for (const topic of ["beat", "at"]) store.on(topic, run);
  store.on("values", () => {
    for (const row of made.values()) row.drawSliders();
  });
  new ResizeObserver(fit).observe(section);
  app.on("chosen", draw);
  fit();
}

/** @param {import("./app.js").App} app @param {number} length */
function setLength(app, length) {
  const tracks = [...(app.store.beats.pattern?.tracks.keys() ?? [])];
  app.together(`${length} steps for all rows`, ...tracks.map((name) => /** @type {import("./link.js").Message} */ (["/seq/track", "", name, "length", length])));
}

/** Arrow keys go from step to step. @param {HTMLElement} section */
function arrows(section) {
  section.addEventListener("keydown", (event) => {
    const cell = event.target instanceof Element ? event.target.closest(".step") : null;
    if (!cell || event.shiftKey) return;
    const row = /** @type {HTMLElement} */ (cell.closest(".row"));
    const steps = [...row.querySelectorAll(".step:not([hidden])")];
    const place = steps.indexOf(cell);
    const beside = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
    const next = { ArrowLeft: steps[place - 1], ArrowRight: steps[place + 1] }[event.key]
      ?? beside?.querySelectorAll(".step:not([hidden])")[place];
    if (event.key.startsWith("Arrow")) event.preventDefault();
    if (next instanceof HTMLElement) next.focus();
  });
}

