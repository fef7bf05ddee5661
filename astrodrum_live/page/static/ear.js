// @ts-check
/** What sounds: the hit just played, its wave and its spectrogram, and the spectrum of the mix. */
import { at, h, write } from "./dom.js";
import { colour, ink } from "./kinds.js";
import { pointsOf, surface } from "./surface.js";
import { onTheme } from "./theme.js";

const EVERY_MS = 350; // a hit is made again to be seen: that is work for who makes the fresh ones
const FALL_MS = 33, FALL = 12;

/** @param {import("./app.js").App} app */
export function showEar(app) {
  const { store } = app;
  const title = h("h2", {}, "Last hit");
  const caption = h("p", { class: "quiet", role: "status" });
  const wave = h("canvas", { role: "img", "aria-label": "Wave of the hit just played" });
  const spectra = h("canvas", { role: "img", "aria-label": "Spectrogram of the hit just played" });
  const mix = h("canvas", { role: "img", "aria-label": "Spectrum of the mix" });
  at("ear").append(h("div", { class: "head" }, title, caption), wave, spectra, mix);
  const painter = new Worker(new URL("./hitpainter.js", import.meta.url), { type: "module" });
  const canvases = [wave.transferControlToOffscreen(), spectra.transferControlToOffscreen()];
  painter.postMessage({ wave: canvases[0], spectra: canvases[1] }, canvases);
  let kind = "", seed = "";
  let fetching = false, next = 0;
  /** @type {import("./store.js").Hit | null} */
  let wanted = null;

  const inks = () => ({ paper: ink("--paper"), ink: ink(colour(kind)), text: ink("--text") });
  const sizes = () => [wave, spectra].map((one) => { const { width, height } = pointsOf(one); return [width, height]; });
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
        const file = await answer.arrayBuffer();
        [kind, seed] = [store.pads[hit.pad]?.kind ?? "", hit.seed];
        write(title, name.replaceAll("_", " "));
        painter.postMessage({ file, inks: inks() }, [file]);
      }
    } catch { /* the server has gone; the strip says so */ }
    fetching = false;
    look();
  };
  painter.onmessage = ({ data }) => write(caption, `${seed}  ${data.seconds.toFixed(2)} s`);
  store.on("hit", (hit) => {
    wanted = hit;
    look();
  });
  drawMix(app, mix);
  new ResizeObserver(() => painter.postMessage({ sizes: sizes() })).observe(wave);
  onTheme(() => painter.postMessage({ inks: inks() }));
}

/** Bars that fall by themselves. @param {import("./app.js").App} app @param {HTMLCanvasElement} canvas */
function drawMix(app, canvas) {
  const { store } = app;
  /** @type {number[]} */
  let shown = [];
  let timer = 0;
  const draw = () => {
    clearTimeout(timer);
    const { context, width, height } = surface(canvas);
    const { bands, at: when } = store.scope;
    const fresh = performance.now() - when < 150;
    shown = (bands.length ? bands : shown).map((band, i) => Math.max(fresh ? band : 0, (shown[i] ?? 0) - FALL));
    context.clearRect(0, 0, width, height);
    context.fillStyle = ink("--text");
    const each = width / Math.max(shown.length, 1);
    shown.forEach((band, i) => {
      const tall = (band / 255) * height;
      context.fillRect(Math.round(i * each), height - tall, Math.max(Math.floor(each) - 1, 1), tall);
    });
    timer = shown.some((band) => band > 0) ? setTimeout(draw, 2 * FALL_MS) : 0; // unless more is told before
  };
  store.on("scope", draw);
}
