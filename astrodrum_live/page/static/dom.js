// @ts-check
/** Making elements. No markup from text: what an instrument or a link says can never become code. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] `on…` are listeners, `class`, `text`, `data`, else attributes
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const svg = SVG.has(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else if (name === "data") Object.assign(/** @type {HTMLElement} */ (made).dataset, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = new Set(["svg", "path", "circle", "g", "rect"]);

/** @param {string} id @returns {any} */
export const at = (id) => document.getElementById(id);

/**
 * A button that acts when it is pressed, not when it is let go; and by Enter.
 * @param {string} label what it is called, where its text does not say it
 * @param {string} text @param {() => void} act @param {Record<string, any>} [props]
 */
export function button(label, text, act, props = {}) {
  const made = h("button", { type: "button", "aria-label": label, title: label, ...props }, text);
  pressed(made, act);
  return made;
}

/** @param {HTMLElement} element @param {(event: Event) => void} act */
export function pressed(element, act) {
  let down = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    down = true;
    act(event);
  });
  element.addEventListener("click", (event) => {
    if (!down || event.detail === 0) act(event); // by keyboard, or by a screen reader
    down = false;
  });
}

/** @param {HTMLElement} element @param {string} name @param {string} value set only if it is another */
export function attr(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @param {Element} element @param {string} text set only if it is another */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
