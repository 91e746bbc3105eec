// The connection to the desk's server, where there is one; described in docs/desk.md.

const VERSION = 1, AGAIN_MS = [500, 1000, 2000, 4000];

export class Link {
  /** @param on {[type]: (message) => void, down()} */
  constructor(on) {
    this.on = on;
    this.waiting = new Map();
    this.tries = 0;
    this.connect();
  }

  connect() {
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const socket = (this.socket = new WebSocket(address));
    socket.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      this.on.down();
      setTimeout(() => this.connect(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
    });
  }

  take(message) {
    if (message.type === "hello") {
      this.tries = 0;
      if (message.version !== VERSION) return void location.reload();
    }
    const about = message.type === "wrong" ? message.about : message.type;
    const asked = this.waiting.get(about);
    if (asked && (message.type === "wrong" || asked.fits(message))) {
      this.waiting.delete(about);
      if (asked.name) this.waiting.delete(asked.name);
      if (message.type === "wrong") return asked.fail(new Error(message.message));
      return asked.done(message);
    }
    this.on[message.type]?.(message);
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(type, fields = {}) {
    if (this.open) this.socket.send(JSON.stringify({ type, ...fields }));
  }

  /** Send, and wait for the answer of a type; what is wrong is thrown. */
  ask(type, fields, answer, fits = () => true) {
    if (!this.open) return Promise.reject(new Error("the desk's server is not there"));
    return new Promise((done, fail) => {
      const asked = { done, fail, fits, name: answer };
      this.waiting.set(answer, asked);
      this.waiting.set(type, asked);
      this.send(type, fields);
    });
  }
}

/** Send the latest of many changes, at most once a frame. */
export function latest(act, gap = 16) {
  let next = null, timer = 0;
  return (value) => {
    next = value;
    timer ||= setTimeout(() => {
      timer = 0;
      act(next);
    }, gap);
  };
}
