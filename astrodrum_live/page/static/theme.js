// @ts-check
/** A dark stage or a light room, as it was chosen last. */

const KEY = "astrodrum-theme";
/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {() => void} listener */
export const onTheme = (listener) => void listeners.add(listener);

/** @param {string} theme */
function put(theme) {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function startTheme() {
  const wanted = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem(KEY);
  if (wanted === "room" || wanted === "stage") put(wanted);
}

export function nextTheme() {
  const theme = document.documentElement.dataset.theme === "room" ? "stage" : "room";
  localStorage.setItem(KEY, theme);
  put(theme);
}
