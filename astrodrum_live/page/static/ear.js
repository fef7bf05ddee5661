// @ts-check
/** What sounds: the hit just played, its wave and its spectrogram, and the spectrum of the mix. */
import { at, h, write } from "./dom.js";
import { colour, ink } from "./kinds.js";
import { spectrogram } from "./spectrogram.js";
import { surface } from "./surface.js";
import { readWav } from "./wav.js";
import { onTheme } from "./theme.js";

const EVERY_MS = 350; // a hit is made again to be seen: that is work for who makes the fresh ones

/** @param {import("./app.js").App} app */
export function showEar(app) {
  const { store } = app;
  const title = h("h2", {}, "Last hit");
  const caption = h("p", { class: "quiet", role: "status" });
  const wave = h("canvas", { role: "img", "aria-label": "Wave of the hit just played" });
  const spectra = h("canvas", { role: "img", "aria-label": "Spectrogram of the hit just played" });
  const mix = h("canvas", { role: "img", "aria-label": "Spectrum of the mix" });
  at("ear").append(h("div", { class: "head" }, title, caption), wave, spectra, mix);
  /** @type {{samples: Float32Array, rate: number, kind: string} | null} */
  let seen = null;
  let fetching = false, next = 0;
  /** @type {import("./store.js").Hit | null} */
  let wanted = null;

  const drawHit = () => {
    if (!seen) return;
    drawWave(surface(wave), seen.samples, ink(colour(seen.kind)));
    spectrogram(surface(spectra), seen.samples, seen.rate, ink("--paper"), ink(colour(seen.kind)), ink("--text"));
  };
  const look = async () => {
    if (fetching || !wanted || document.hidden) return;
    const wait = next - performance.now();
    if (wait > 0) return void setTimeout(look, wait);
    const hit = wanted;
    wanted = null;
    fetching = true;
    next = performance.now() + EVERY_MS;
    const name = app.padName(hit.pad);
    try {
      const answer = await fetch(`hit.wav?pad=${encodeURIComponent(name)}`);
      if (answer.status === 200) {
        const { samples, rate } = readWav(await answer.arrayBuffer());
        seen = { samples, rate, kind: store.pads[hit.pad]?.kind ?? "" };
        write(title, name.replaceAll("_", " "));
        write(caption, `${hit.seed}  ${(samples.length / rate).toFixed(2)} s`);
        drawHit();
      }
    } catch { /* the server has gone; the strip says so */ }
    fetching = false;
    look();
  };
  store.on("hit", (hit) => {
    wanted = hit;
    look();
  });
  drawMix(app, mix);
  new ResizeObserver(drawHit).observe(wave);
  onTheme(drawHit);
}

/** @param {{context: CanvasRenderingContext2D, width: number, height: number}} on @param {Float32Array} samples @param {string} color */
function drawWave({ context, width, height }, samples, color) {
  context.clearRect(0, 0, width, height);
  context.fillStyle = color;
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

/** Bars that fall by themselves. @param {import("./app.js").App} app @param {HTMLCanvasElement} canvas */
function drawMix(app, canvas) {
  const { store } = app;
  /** @type {number[]} */
  let shown = [];
  let running = false;
  const draw = () => {
    const { context, width, height } = surface(canvas);
    const { bands, at: when } = store.scope;
    const fresh = performance.now() - when < 150;
    shown = (bands.length ? bands : shown).map((band, i) => Math.max(fresh ? band : 0, (shown[i] ?? 0) - 6));
    context.clearRect(0, 0, width, height);
    context.fillStyle = ink("--text");
    const each = width / Math.max(shown.length, 1);
    shown.forEach((band, i) => {
      const tall = (band / 255) * height;
      context.fillRect(Math.round(i * each), height - tall, Math.max(Math.floor(each) - 1, 1), tall);
    });
    running = shown.some((band) => band > 0);
    if (running) requestAnimationFrame(draw);
  };
  store.on("scope", () => {
    if (!running) draw();
  });
}
