// @ts-check
/** The wiring: it constructs and starts, and holds no logic. */
import { App } from "./app.js";
import { showBar } from "./bar.js";
import { showEar } from "./ear.js";
import { showGrid } from "./grid.js";
import { learnByTouch, playKeys } from "./keys.js";
import { showKnobs } from "./knobs.js";
import { Link } from "./link.js";
import { showMap } from "./map.js";
import { showPads } from "./pads.js";
import { openLink } from "./share.js";
import { Store } from "./store.js";
import { showStrip } from "./strip.js";
import { startTheme } from "./theme.js";
import { showWords } from "./words.js";

const store = new Store();
const link = new Link(
  (messages) => store.take(messages),
  (there) => {
    store.server = there;
    if (!there) store.engine = false;
    store.touch("status");
  },
);
const app = new App(store, link);

performance.setResourceTimingBufferSize(0); // each hit that is seen would leave an entry
startTheme();
showStrip(store);
showBar(app);
showPads(app);
showKnobs(app);
showEar(app);
showMap(app);
showGrid(app);
showWords(store);
playKeys(app);
learnByTouch(app);
openLink(app);
Object.assign(window, { astrodrum: { app, store, link } }); // for who looks into it, and for the tests
