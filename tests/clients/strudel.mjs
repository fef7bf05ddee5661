// Strudel without a browser: plays a pattern's code for some seconds. strudel.mjs PACKAGES CODE SECONDS WEBSOCKET_PORT
import { createRequire, register } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [packages, code, seconds, port] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));

// A package of Strudel's names a file that only bundlers can read; the one beside it is a module.
const hook = `export const resolve = (name, context, next) =>
  next(name === "@kabelsalat/web" ? name + "/dist/index.mjs" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { WebSocket } = require("ws");
// The browser's own, but for the port, which is Strudel's constant; and a browser names its page.
globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url.replace("8080", port), { origin: "https://strudel.cc" });
  }
};

const core = await load("@strudel/core");
const { transpiler } = await load("@strudel/transpiler");
await core.evalScope(core, load("@strudel/mini"), load("@strudel/osc"));
const { evaluate, stop } = core.repl({
  defaultOutput: () => {},
  getTime: () => performance.now() / 1000,
  transpiler,
  onEvalError: (error) => {
    console.error(error);
    process.exit(1);
  },
});
await evaluate(readFileSync(code, "utf8"));
setTimeout(() => {
  stop();
  process.exit(0);
}, 1000 * Number(seconds));
