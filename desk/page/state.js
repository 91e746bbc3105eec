// The state of the controls, with undo and redo, and as a link.

export const RESTING = {
  semantic: "warm", to: null, morph: 0, intensity: 1, output_db: 0,
  level_match: true, adaptive: false, bypass: false, hand: null,
};
const RANGES = { morph: [0, 1], intensity: [0, 2], output_db: [-24, 24] };
const MOST_STEPS = 200;

export class Store {
  constructor(first = {}) {
    this.state = { ...RESTING, ...first };
    this.listeners = new Set();
    this.past = [], this.future = [];
    this.settled = this.state;
  }

  /** Call `listener(state, before, from)` after every change; `from` says who made it. */
  listen(listener) {
    this.listeners.add(listener);
  }

  /** Change some controls; while a hand is still moving (`moving`) it is no step of its own for undo. */
  set(changes, { from = "page", moving = false } = {}) {
    const before = this.state, after = { ...before };
    for (const [name, value] of Object.entries(changes)) {
      if (!(name in RESTING)) continue;
      const range = RANGES[name];
      after[name] = range ? Math.min(Math.max(Number(value) || 0, range[0]), range[1]) : value;
    }
    this.state = after;
    if (from === "server") this.settled = this.state; // another page's or a knob's: not this hand's to undo
    else if (!moving && from !== "undo") this.settle();
    if (!same(before, after)) for (const listener of this.listeners) listener(after, before, from);
  }

  /** Make what was changed since the last step a step for undo. */
  settle() {
    if (same(this.settled, this.state)) return;
    this.past.push(this.settled);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
    this.settled = this.state;
  }

  undo() {
    this.settle();
    this.step(this.past, this.future);
  }

  redo() {
    this.step(this.future, this.past);
  }

  step(from, to) {
    if (!from.length) return;
    to.push(this.state);
    const state = from.pop();
    this.set(state, { from: "undo" });
    this.settled = this.state;
    for (const listener of this.listeners) listener(this.state, this.state, "undo");
  }
}

const same = (a, b) => Object.keys(RESTING).every((name) => a[name] === b[name] || JSON.stringify(a[name]) === JSON.stringify(b[name]));

/** The state as the fragment of a link: only what is not at rest. */
export function toFragment(state) {
  const fields = new URLSearchParams();
  for (const [name, rest] of Object.entries(RESTING)) {
    const value = state[name];
    if (JSON.stringify(value) === JSON.stringify(rest) && name !== "semantic") continue;
    if (name === "hand") fields.set("hand", value.map((v) => Number(v.toPrecision(6))).join(","));
    else fields.set(name, typeof value === "boolean" ? Number(value) : typeof value === "number" ? Number(value.toFixed(4)) : value ?? "");
  }
  return `#${fields}`;
}

/** The state in a fragment; what is wrong in it is left out. */
export function fromFragment(fragment) {
  const state = {};
  for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    if (name === "semantic" || name === "to") {
      if (text.trim() && text.length <= 400) state[name] = text.trim();
    } else if (name === "hand") {
      const numbers = text.split(",").map(Number);
      if (numbers.length === 13 && numbers.every(Number.isFinite)) state.hand = numbers;
    } else if (name in RANGES) {
      const value = Number(text);
      if (Number.isFinite(value)) state[name] = Math.min(Math.max(value, RANGES[name][0]), RANGES[name][1]);
    } else if (name in RESTING) state[name] = text === "1";
  }
  return state;
}
