// @ts-check
/** A worker: paints the wave and the spectrogram of a hit, so that a press never waits for that. */
import { spectrogram } from "./spectrogram.js";
import { readWav } from "./wav.js";

/** @type {OffscreenCanvas} */
let wave;
/** @type {OffscreenCanvas} */
let spectra;
let inks = { paper: "#000000", ink: "#888888", text: "#ffffff" };
/** @type {{samples: Float32Array, rate: number} | null} */
let hit = null;

onmessage = ({ data }) => {
  if (data.wave) ({ wave, spectra } = data);
  if (data.inks) inks = data.inks;
  if (data.sizes) {
    [wave.width, wave.height] = data.sizes[0];
    [spectra.width, spectra.height] = data.sizes[1];
  }
  if (data.file) hit = readWav(data.file);
  if (!hit) return;
  paintWave(hit.samples);
  spectrogram(spectra, hit.samples, hit.rate, inks.paper, inks.ink, inks.text);
  if (data.file) postMessage({ seconds: hit.samples.length / hit.rate });
};

/** @param {Float32Array} samples */
function paintWave(samples) {
  const { width, height } = wave;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (wave.getContext("2d"));
  context.clearRect(0, 0, width, height);
  context.fillStyle = inks.ink;
  const each = samples.length / width;
  for (let x = 0; x < width; x++) {
    let low = 0, high = 0;
    for (let i = Math.floor(x * each); i < (x + 1) * each; i++) {
      low = Math.min(low, samples[i]);
      high = Math.max(high, samples[i]);
    }
    const top = (0.5 - high / 2) * height;
    context.fillRect(x, top, 1, Math.max((high - low) / 2 * height, 1));
  }
}
