// What the desk's server has to do with the page: the shared state, tracks, words, and the live host behind it.

import { Link, latest } from "./link.js";
import { LivePanel } from "./live.js";

const ASK_AFTER_MS = 200;
const $ = (id) => document.getElementById(id);

export class Remote {
  constructor(desk) {
    this.desk = desk;
    this.panel = desk.about.live ? new LivePanel($("live"), desk) : null;
    this.formats = [];
    this.out = "";
    this.known = new Set();
    this.tell = latest((state) => this.link.send("change", { controls: controlsOf(state), hand: state.hand, ...this.heard(state) }));
    let first = true;
    this.link = new Link({
      hello: (message) => {
        document.body.classList.remove("offline");
        this.formats = message.formats;
        this.out = message.out;
        if (first && desk.unknown) this.look(desk.unknown);
        else if (first && desk.linked && !desk.about.live) this.tell(desk.store.state);
        else this.take(message);
        if (first) for (const text of message.left_out ?? []) desk.say(text);
        first = false;
        this.panel?.hello(message);
        desk.music.fetchAll(message.tracks ?? []);
      },
      state: (message) => this.take(message),
      tracks: (message) => desk.music.fetchAll(message.tracks),
      understood: (message) => this.learn(message),
      words: () => desk.renew(),
      progress: (message) => desk.sheets.progress(message),
      meters: (message) => this.panel?.meters(message),
      learning: (message) => this.panel?.learning(message),
      wrong: ({ about, message }) => {
        if (about !== "understand") return desk.say(message, "wrong");
        this.wanted = this.later = null;
        desk.wrong(message);
      },
      down: () => document.body.classList.add("offline"),
    });
  }

  /** Take over the state of another page, or of the host. */
  take({ controls, hand }) {
    const { desk } = this;
    for (const text of [controls.semantic, controls.to]) {
      if (!text || hand || desk.space.knows(text)) continue;
      this.later = { controls, hand };
      return this.link.send("understand", { text });
    }
    this.later = null;
    if (!desk.map.dragging) desk.store.set({ ...controls, hand }, { from: "server" });
  }

  /** For a live host: the setting that this page hears, so that a drag needs no model on the host. */
  heard(state) {
    return this.desk.about.live && this.desk.map.dragging && !state.hand ? { setting: this.desk.base } : {};
  }

  /** Ask how the server takes the phrases of a state: its points are those that a render uses. */
  ask(state) {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      for (const text of [state.semantic, state.to]) {
        if (!text || this.desk.space.model.find(text) || this.known.has(text) || this.desk.map.dragging) continue;
        this.known.add(text);
        this.link.send("understand", { text });
      }
    }, ASK_AFTER_MS);
  }

  /** Look up a phrase that this page does not understand, and go there. */
  look(text) {
    this.wanted = text;
    this.link.send("understand", { text });
  }

  learn({ text, latent, remarks, ...message }) {
    const { desk } = this, { state } = desk.store;
    desk.space.learn(text, latent, message.as);
    this.known.add(text);
    if (this.later) this.take(this.later);
    if (this.wanted === text) {
      this.wanted = null;
      desk.touched = true;
      desk.store.set({ semantic: text, to: null, morph: 0, hand: null });
    }
    if ([state.semantic, state.to].includes(text) && !desk.map.dragging) desk.follow(state, "server");
    if (remarks.length) $("meaning").title = remarks.join("\n");
  }

  /** Send a file; its number. Throws what the server says of it. */
  async upload(file) {
    const answer = await fetch(`tracks?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const found = await answer.json().catch(() => ({ error: `${file.name}: the desk's server refused it (${answer.status})` }));
    if (found.error) throw new Error(found.error);
    return found.track;
  }
}

/** The controls of a state, as the server names them. */
export function controlsOf(state) {
  const { hand, ...controls } = state;
  return controls;
}
