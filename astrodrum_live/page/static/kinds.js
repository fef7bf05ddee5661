// @ts-check
/** Kinds of drums: each has a colour and a shape, so that neither must be seen to be told apart. */
import { h } from "./dom.js";
import { onTheme } from "./theme.js";

/** @type {Record<string, {path: string, hollow?: boolean}>} */
const SHAPES = {
  kick: { path: "M12 3a9 9 0 1 0 .01 0z" },
  snare: { path: "M4 4h16v16H4z" },
  hat_closed: { path: "M12 3l10 17H2z" },
  hat_open: { path: "M12 4.5l8.2 14H3.8z", hollow: true },
  clap: { path: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z" },
  tom: { path: "M7 3.5h10l5 8.5-5 8.5H7L2 12z" },
  cymbal: { path: "M12 1.5l2.9 6.6 7.1.7-5.4 4.7 1.6 7L12 16.8l-6.2 3.7 1.6-7L2 8.8l7.1-.7z" },
  perc: { path: "M12 2l10 10-10 10L2 12z" },
};
const OTHER = { path: "M3 8h18v8H3z" };

/** @param {string} kind a class of the model; `e_…` is its electronic sister */
export const family = (kind) => kind.replace(/^e_/, "");

/** @param {string} kind the name of the colour, for CSS */
export const colour = (kind) => (family(kind) in SHAPES ? `var(--${family(kind)})` : "var(--other)");

/** @param {string} kind @returns {SVGElement} */
export function shape(kind) {
  const { path, hollow } = /** @type {any} */ (SHAPES[family(kind)] ?? OTHER);
  const electronic = kind.startsWith("e_");
  const svg = h("svg", { viewBox: "0 0 24 24", class: "shape", "aria-hidden": "true" },
    h("path", { d: path, class: hollow || electronic ? "hollow" : "full" }));
  if (electronic) svg.append(h("circle", { cx: 12, cy: 12.5, r: 2.6, class: "full" }));
  svg.style.color = colour(kind);
  return svg;
}

/** @type {Map<string, {path: Path2D, hollow: boolean}>} */
const outlines = new Map();

/** @param {string} kind @returns {{path: Path2D, hollow: boolean}} for a canvas, 24 units wide */
export function outline(kind) {
  let made = outlines.get(kind);
  if (!made) {
    const known = /** @type {any} */ (SHAPES[family(kind)] ?? OTHER);
    made = { path: new Path2D(known.path), hollow: Boolean(known.hollow) || kind.startsWith("e_") };
    outlines.set(kind, made);
  }
  return made;
}

/** @type {Map<string, string>} asking for a style has all styles worked out */
const inks = new Map();
onTheme(() => inks.clear());

/** @param {string} name of a CSS colour variable, or `var(--…)` @returns {string} */
export function ink(name) {
  let found = inks.get(name);
  if (found === undefined) {
    const variable = name.replace(/^var\(|\)$/g, "");
    found = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
    inks.set(name, found);
  }
  return found;
}
