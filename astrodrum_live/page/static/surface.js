// @ts-check

/**
 * A canvas as large as it is shown, in the screen's own points.
 * @param {HTMLCanvasElement} canvas
 */
export function surface(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const width = Math.max(Math.round(canvas.clientWidth * ratio), 1);
  const height = Math.max(Math.round(canvas.clientHeight * ratio), 1);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return { context, width, height, ratio };
}
