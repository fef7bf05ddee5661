// @ts-check
/** The map of sounds: where the pads stand, and the last hits as a trail. Drag moves a pad, a touch plays it. */
import { at, h } from "./dom.js";
import { colour, ink, outline } from "./kinds.js";
import { sizeOf, surface } from "./surface.js";
import { onTheme } from "./theme.js";

const NEAR_PX = 26;
const BEGIN_PX = 5;
const EVERY_MS = 50;
const KEY_STEP = 0.15;
const DRAW_MS = 66; // a press waits for whatever is being drawn

/** @param {import("./app.js").App} app */
export function showMap(app) {
  const { store } = app;
  const canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": "Map of sounds. Arrows move the chosen pad, Enter plays it" });
  at("map").append(h("div", { class: "head" }, h("h2", {}, "Map"), h("p", { class: "quiet" }, "drag moves, touch plays")), canvas);
  let reach = 4;
  /** @type {{pad: number, x: number, y: number, moved: boolean, from: number[], place: {x: number, y: number}} | null} */
  let drag = null;
  let sent = 0;

  const half = () => Math.min(sizeOf(canvas).wide, sizeOf(canvas).tall * 1.6) / 2;
  const scale = () => half() / reach;
  const seen = (/** @type {{x: number, y: number}} */ { x, y }) => ({
    x: sizeOf(canvas).wide / 2 + x * scale(), y: sizeOf(canvas).tall / 2 - (y * scale()) / 1.6,
  });
  const draw = () => {
    const { context, width, height, ratio } = surface(canvas);
    reach = Math.max(4, ...store.pads.map((pad) => Math.max(Math.abs(pad.x), Math.abs(pad.y)) * 1.15), drag ? reach : 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    cross(context, canvas);
    trail(context);
    for (const pad of store.pads) dot(context, pad);
    context.setTransform(1, 0, 0, 1, 0, 0);
  };
  const trail = (/** @type {CanvasRenderingContext2D} */ context) => {
    store.hits.forEach((hit, age) => {
      const { x, y } = seen(hit);
      context.globalAlpha = 1 - age / 9;
      context.fillStyle = ink(colour(store.pads[hit.pad]?.kind ?? ""));
      context.beginPath();
      context.arc(x, y, 2 + 3 * hit.velocity, 0, 7);
      context.fill();
    });
    context.globalAlpha = 1;
  };
  const dot = (/** @type {CanvasRenderingContext2D} */ context, /** @type {import("./store.js").Pad} */ pad) => {
    const { x, y } = seen(pad);
    const { path, hollow } = outline(pad.kind);
    const size = pad.index === app.chosen ? 1.05 : 0.7;
    context.save();
    context.translate(x - 12 * size, y - 12 * size);
    context.scale(size, size);
    context.fillStyle = hollow ? ink("--paper") : ink(colour(pad.kind));
    context.strokeStyle = hollow ? ink(colour(pad.kind)) : ink("--paper");
    context.lineWidth = hollow ? 3 : 1.5;
    context.fill(path);
    context.stroke(path);
    context.restore();
    if (pad.index !== app.chosen) return;
    context.fillStyle = ink("--text");
    context.font = "600 14px system-ui, sans-serif";
    const onTheRight = x > sizeOf(canvas).wide / 2;
    context.textAlign = onTheRight ? "right" : "left";
    context.fillText(pad.name.replaceAll("_", " "), x + (onTheRight ? -18 : 18), y + 5);
  };

  const axes = () => store.steps.length / 2;
  const standing = (/** @type {number} */ pad) => Array.from({ length: axes() }, (_, i) => store.value(pad, `z${i + 1}`));
  /** Go so far to the right and up from where the axes stood. */
  const go = (/** @type {number} */ pad, /** @type {number[]} */ from, /** @type {number} */ right, /** @type {number} */ up) => {
    const count = axes();
    const to = from.flatMap((value, i) => [`z${i + 1}`, Math.round((value + right * store.steps[i] + up * store.steps[count + i]) * 1000) / 1000]);
    if (count) app.link.send("/turn", app.padName(pad), ...to);
  };

  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const pad = nearest(event);
    if (pad < 0 || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    app.strike(pad, 0.8);
    const { x, y } = store.pads[pad];
    drag = { pad, x: event.clientX, y: event.clientY, moved: false, from: standing(pad), place: { x, y } };
  });
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const right = event.clientX - drag.x, down = event.clientY - drag.y;
    drag.moved ||= Math.hypot(right, down) > BEGIN_PX;
    if (!drag.moved || performance.now() - sent < EVERY_MS) return;
    sent = performance.now();
    go(drag.pad, drag.from, right / scale(), (-down * 1.6) / scale());
  });
  canvas.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    if (drag?.moved) {
      go(drag.pad, drag.from, (event.clientX - drag.x) / scale(), ((drag.y - event.clientY) * 1.6) / scale());
      app.strike(drag.pad, 0.8);
    }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) go(app.chosen, standing(app.chosen), way[0] * KEY_STEP, way[1] * KEY_STEP);
    else if (event.key === "Enter") app.strike(app.chosen, 0.8);
    else return;
    event.preventDefault();
  });
  const nearest = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const far = store.pads.map((pad) => {
      const place = seen(pad);
      return Math.hypot(place.x - (event.clientX - box.left), place.y - (event.clientY - box.top)) - (pad.index === app.chosen ? 6 : 0);
    });
    const best = far.indexOf(Math.min(...far));
    return far[best] < NEAR_PX ? best : -1;
  };
  let timer = 0;
  const soon = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      draw();
    }, DRAW_MS);
  };
  store.on("map", soon);
  app.on("chosen", soon);
  onTheme(draw);
  new ResizeObserver(draw).observe(canvas);
}

/** @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement} canvas */
function cross(context, canvas) {
  const { wide, tall } = sizeOf(canvas);
  context.strokeStyle = ink("--line");
  context.beginPath();
  context.moveTo(wide / 2, 0);
  context.lineTo(wide / 2, tall);
  context.moveTo(0, tall / 2);
  context.lineTo(wide, tall / 2);
  context.stroke();
}
