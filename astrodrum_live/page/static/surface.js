// @ts-check
/** Canvases as large as they are shown. Sizes are known from observers: asking would lay the page out, each time. */

/** @typedef {{wide: number, tall: number}} Size in CSS pixels */

/** @type {WeakMap<Element, Size>} */
const sizes = new WeakMap();
const observer = new ResizeObserver((seen) => {
  for (const { target, contentRect } of seen) sizes.set(target, { wide: contentRect.width, tall: contentRect.height });
});

/** @param {HTMLCanvasElement} canvas @returns {Size} as it was laid out last */
export function sizeOf(canvas) {
  let size = sizes.get(canvas);
  if (!size) {
    size = { wide: canvas.clientWidth, tall: canvas.clientHeight };
    sizes.set(canvas, size);
    observer.observe(canvas);
  }
  return size;
}

/** The screen's own points. @param {HTMLCanvasElement} canvas */
export function pointsOf(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const { wide, tall } = sizeOf(canvas);
  return { width: Math.max(Math.round(wide * ratio), 1), height: Math.max(Math.round(tall * ratio), 1), ratio };
}

/** @param {HTMLCanvasElement} canvas */
export function surface(canvas) {
  const { width, height, ratio } = pointsOf(canvas);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return { context, width, height, ratio };
}
