// @ts-check
/** The page's way to its server: messages `[address, argument, …]` both ways, found again if lost. */

const RETRY_MS = 400;
// In half a second of what does not hurry: the server takes 200 messages a second, and short frames.
const PACE = 60, FRAME = 12_000, PACE_MS = 500;

/** @typedef {[string, ...(string | number | null | number[])[]]} Message */

export class Link {
  /** @param {(messages: Message[]) => void} told @param {(there: boolean) => void} there */
  constructor(told, there) {
    this.told = told;
    this.there = there;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {Message[]} */
    this.unhurried = [];
    this.pacing = false;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws").split("#")[0]));
    socket.onopen = () => {
      this.socket = socket;
      this.there(true);
    };
    socket.onmessage = (event) => this.told(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.socket === socket) this.there(false);
      this.socket = null;
      setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  /** At once. @param {string} address @param {...(string | number)} args */
  send(address, ...args) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify([address, ...args]));
    return true;
  }

  /** Many, in order, no faster than they are taken. @param {Message[]} messages */
  sendAll(messages) {
    this.unhurried.push(...messages);
    if (!this.pacing) this.pace();
  }

  pace() {
    this.pacing = this.unhurried.length > 0;
    if (!this.pacing) return;
    setTimeout(() => this.pace(), PACE_MS);
    if (this.socket?.readyState !== WebSocket.OPEN) return; // kept until it is there again
    /** @type {string[]} */
    const frames = [];
    let left = PACE, frame = "";
    while (left-- > 0 && this.unhurried.length) {
      const one = JSON.stringify(this.unhurried.shift());
      if (frame && frame.length + one.length > FRAME) {
        frames.push(frame);
        frame = "";
      }
      frame += frame ? `,${one}` : one;
    }
    if (frame) frames.push(frame);
    for (const one of frames) this.socket.send(`[${one}]`);
  }
}
