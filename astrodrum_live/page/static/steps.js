// @ts-check
/** A hand on the steps: a touch sets or clears one, up and down is its velocity, sideways more of them. */

const USUAL = 0.8;
const FULL_PX = 90; // of a drag, for the whole of a velocity
const BEGIN_PX = 7;
const KEY_STEP = 0.1;

/** @param {import("./app.js").App} app @param {string} track @param {HTMLElement} steps */
export function editSteps(app, track, steps) {
  const { store, link } = app;
  const set = (/** @type {number} */ step, /** @type {number} */ velocity) => {
    velocity = Math.round(Math.min(Math.max(velocity, 0), 1) * 100) / 100;
    const known = store.beats.step(track, step);
    if (known.velocity === velocity) return;
    store.beats.track(track)?.steps.set(step, { ...known, velocity }); // its echo confirms it
    store.touch("beat");
    if (velocity > 0) link.send("/seq/step", "", track, step, "velocity", velocity);
    else link.send("/seq/step", "", track, step, "clear", 1);
  };
  /** @type {{step: number, x: number, y: number, before: number, made: boolean, way: string} | null} */
  let drag = null;

  steps.addEventListener("pointerdown", (event) => {
    const step = stepAt(event);
    if (!step || event.button !== 0) return;
    steps.setPointerCapture(event.pointerId);
    app.choose(store.pads.findIndex((pad) => pad.name === track));
    const before = store.beats.step(track, step).velocity;
    drag = { step, x: event.clientX, y: event.clientY, before, made: before === 0, way: "" };
    if (drag.made) set(step, USUAL);
    steps.querySelector(`[data-step="${step}"]`)?.setAttribute("tabindex", "0");
    /** @type {HTMLElement} */ (steps.querySelector(`[data-step="${step}"]`)).focus({ preventScroll: true });
    event.preventDefault();
  });
  steps.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const right = event.clientX - drag.x, up = drag.y - event.clientY;
    if (!drag.way && Math.max(Math.abs(right), Math.abs(up)) > BEGIN_PX) {
      drag.way = Math.abs(up) > Math.abs(right) ? "velocity" : "paint";
    }
    if (drag.way === "velocity") {
      const from = drag.made ? USUAL : drag.before;
      set(drag.step, Math.max(from + up / FULL_PX, 0.05));
    } else if (drag.way === "paint") {
      const step = stepAt(event);
      if (step) set(step, drag.made ? USUAL : 0);
    }
  });
  steps.addEventListener("pointerup", () => {
    if (drag && !drag.way && !drag.made) set(drag.step, 0);
    drag = null;
  });
  steps.addEventListener("pointercancel", () => (drag = null));
  steps.addEventListener("click", (event) => {
    if (event.detail !== 0) return; // a pointer's: done already
    const step = Number(/** @type {HTMLElement} */ (event.target)?.closest?.(".step")?.getAttribute("data-step"));
    if (step) set(step, store.beats.step(track, step).velocity > 0 ? 0 : USUAL);
  });
  steps.addEventListener("keydown", (event) => {
    const step = Number(/** @type {HTMLElement} */ (event.target)?.dataset?.step);
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step || !event.shiftKey || !way) return;
    set(step, (store.beats.step(track, step).velocity || USUAL - KEY_STEP) + way * KEY_STEP);
    event.preventDefault();
    event.stopPropagation();
  });

  /** The step under the pointer, which is captured by the row. @param {PointerEvent} event */
  function stepAt(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest(".step");
    return under && steps.contains(under) ? Number(under.getAttribute("data-step")) : 0;
  }
}
