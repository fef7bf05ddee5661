// @ts-check
/** Time to the right, pitch upwards (even by ear), loudness as ink. */

const WINDOW = 1024;
const LOW_HZ = 40, HIGH_HZ = 16000;
const FLOOR_DB = -85;
const hann = Float32Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));

/**
 * @param {OffscreenCanvas} canvas @param {Float32Array} samples @param {number} rate
 * @param {string} paper @param {string} middle @param {string} bright
 */
export function spectrogram(canvas, samples, rate, paper, middle, bright) {
  const { width, height } = canvas;
  const columns = Math.min(width, 240), rows = Math.min(height, 120);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const inks = shades([paper, middle, bright].map(rgb));
  const re = new Float32Array(WINDOW), im = new Float32Array(WINDOW);
  const top = Math.min(HIGH_HZ, rate / 2.1);
  for (let x = 0; x < columns; x++) {
    const first = Math.round((x / columns) * samples.length) - WINDOW / 2;
    for (let i = 0; i < WINDOW; i++) {
      re[i] = (samples[first + i] ?? 0) * hann[i];
      im[i] = 0;
    }
    fft(re, im);
    for (let y = 0; y < rows; y++) {
      const place = (LOW_HZ * (top / LOW_HZ) ** (1 - y / rows) * WINDOW) / rate;
      const bin = Math.floor(place), part = place - bin;
      const power = (1 - part) * Math.hypot(re[bin], im[bin]) + part * Math.hypot(re[bin + 1], im[bin + 1]);
      const loud = Math.min(Math.max(1 - (20 * Math.log10(power * (4 / WINDOW) + 1e-9)) / FLOOR_DB, 0), 1);
      pixels[y * columns + x] = inks[Math.round(loud * loud * 255)];
    }
  }
  const small = new OffscreenCanvas(columns, rows);
  /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d")).putImageData(image, 0, 0);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, width, height);
}

/** From one ink through the next to the last: 256 pixels. @param {number[][]} inks */
function shades(inks) {
  const bytes = new Uint8ClampedArray(1024);
  for (let i = 0; i < 256; i++) bytes.set([...mixed(inks, i / 255), 255], 4 * i);
  return new Uint32Array(bytes.buffer);
}

/** @param {number[][]} inks @param {number} share */
function mixed(inks, share) {
  const [from, to, part] = share < 0.5 ? [inks[0], inks[1], share * 2] : [inks[1], inks[2], share * 2 - 1];
  return from.map((value, i) => value + (to[i] - value) * part);
}

/** @param {string} color `#rrggbb` */
const rgb = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/** In place; Cooley and Tukey's. @param {Float32Array} re @param {Float32Array} im */
function fft(re, im) {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let length = 2; length <= size; length <<= 1) {
    const angle = (-2 * Math.PI) / length, half = length >> 1;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(angle * k), s = Math.sin(angle * k);
      for (let i = k; i < size; i += length) {
        const j = i + half;
        const r = re[j] * c - im[j] * s, m = re[j] * s + im[j] * c;
        [re[j], im[j]] = [re[i] - r, im[i] - m];
        re[i] += r;
        im[i] += m;
      }
    }
  }
}
