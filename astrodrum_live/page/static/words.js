// @ts-check
/** What the instrument says, a line at a time, at the foot of the page. */
import { at, h } from "./dom.js";

const STAYS_MS = 6000;
const MOST = 3;

/** @param {import("./store.js").Store} store */
export function showWords(store) {
  const foot = at("words");
  store.on("words", ({ text, wrong }) => {
    const last = foot.lastElementChild;
    if (last?.textContent === text) last.remove();
    const line = h("p", { class: wrong ? "wrong" : "" }, text.slice(0, 300));
    foot.append(line);
    while (foot.children.length > MOST) foot.firstElementChild?.remove();
    setTimeout(() => line.remove(), wrong ? 2 * STAYS_MS : STAYS_MS);
  });
}
