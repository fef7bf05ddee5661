// @ts-check
/** Beats to begin with. The first three are three drums over 32 steps, as this instrument's ancestor had. */

/** @typedef {import("./share.js").Beat} Beat */

/** @type {(Partial<Beat> & {name: string, title: string})[]} */
export const PRESETS = [
  beat("preset-backbeat", "Backbeat, 110", 110, 0.5, {
    hat: "x-o-x-o-x-o-x-o-x-o-x-o-x-o-xoo-", snare: "----X-------X--o----X-------X-5x", kick: "X-----x-X-x-----X-----x-X--xx---",
  }),
  beat("preset-half-time", "Broken, 96", 96, 0.56, {
    hat: "x-x-x-xxx-x-x-x-x-xxx-x-x-x-xxxo", snare: "----X--3-3--X-------X--3-3--X--5", kick: "X--x--x---x-----X--x------xx----",
  }),
  beat("preset-slow", "Slow, 70", 70, 0.5, {
    hat: "x--ox--ox--ox--ox--ox--ox-oox-53", snare: "--------X---------------X-----o-", kick: "X-----x---x--x--X--x------x-----",
  }),
  beat("preset-four", "Four on the floor, 124", 124, 0.5, {
    hat: "--x---x---x---x-", hat_open: "--5---5---5---5-", clap: "----X-------X---", kick: "X---X---X---X---",
  }),
  beat("preset-shuffle", "Shuffle, 104", 104, 0.64, {
    hat: "x-xox-xox-xox-xo", snare: "---3X--3-3-3X--3", kick: "X--x--x-X-x---x-",
  }),
  beat("preset-toms", "Toms, 132", 132, 0.5, {
    tom: "X--x--x-X--x--x-", snare: "----o-------X-oo", kick: "X-------X-------", cymbal: "X---------------",
  }),
];

/** @param {string} name @param {string} title @param {number} tempo @param {number} swing @param {Record<string, string>} kinds */
function beat(name, title, tempo, swing, kinds) {
  return { name, title, tempo, swing, kinds };
}
