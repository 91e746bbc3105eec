// Hands on the word map: press, drag, pinch, wheel and keys.

export class Gestures {
  /** @param map The `WordMap` that they move. */
  constructor(map) {
    this.map = map;
    this.pointers = new Map();
    this.listen();
  }

  listen() {
    const box = this.map.box;
    box.addEventListener("pointerdown", (event) => this.down(event));
    box.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) box.addEventListener(kind, (event) => this.up(event));
    box.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.map.zoomAt(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), this.local(event));
    }, { passive: false });
    box.addEventListener("keydown", (event) => this.key(event));
  }

  local(event) {
    const { left, top } = this.map.box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  down(event) {
    if (event.button) return;
    const at = this.local(event);
    this.pointers.set(event.pointerId, at);
    this.map.box.setPointerCapture?.(event.pointerId);
    if (this.pointers.size === 2) return void (this.gesture = { kind: "pinch" });
    const word = event.target.dataset?.word, [px, py] = this.map.toScreen(this.map.at);
    const onPoint = Math.hypot(at[0] - px, at[1] - py) < (event.pointerType === "touch" ? 26 : 18);
    this.gesture = { kind: "press", start: at, word, onPoint, offset: onPoint ? [px - at[0], py - at[1]] : [0, 0] };
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const at = this.local(event), gesture = this.gesture;
    if (gesture?.kind === "pinch" && this.pointers.size === 2) {
      const [a, b] = [...this.pointers.values()], spread = Math.hypot(a[0] - b[0], a[1] - b[1]);
      this.pointers.set(event.pointerId, at);
      const [c, d] = [...this.pointers.values()], middle = [(c[0] + d[0]) / 2, (c[1] + d[1]) / 2];
      this.map.pan((c[0] + d[0] - a[0] - b[0]) / 2, (c[1] + d[1] - a[1] - b[1]) / 2);
      this.map.zoomAt(Math.hypot(c[0] - d[0], c[1] - d[1]) / Math.max(spread, 1), middle);
      return;
    }
    this.pointers.set(event.pointerId, at);
    if (!gesture || gesture.kind === "pinch") return;
    if (gesture.kind === "press" && Math.hypot(at[0] - gesture.start[0], at[1] - gesture.start[1]) > 4)
      gesture.kind = gesture.onPoint || this.map.zoom < 1.05 ? "drag" : "pan";
    if (gesture.kind === "pan") this.map.pan(at[0] - before[0], at[1] - before[1]);
    if (gesture.kind === "drag") this.map.dragTo(this.map.toPlane([at[0] + gesture.offset[0], at[1] + gesture.offset[1]]));
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const gesture = this.gesture;
    this.gesture = null;
    if (!gesture || event.type === "pointercancel") return this.map.settle();
    if (gesture.kind === "drag") return this.map.settle();
    if (gesture.kind !== "press") return;
    const word = gesture.word ? this.map.model.find(gesture.word)?.word : gesture.onPoint ? null : this.map.nearest(this.map.toPlane(gesture.start), 14);
    if (word) this.map.on.word(word, { shift: event.shiftKey });
    else if (!gesture.onPoint) {
      this.map.dragTo(this.map.toPlane(gesture.start));
      this.map.settle();
    }
  }

  key(event) {
    const step = (event.shiftKey ? 0.12 : 0.03) / this.map.zoom;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[event.key]) {
      this.map.dragTo([this.map.at[0] + moves[event.key][0], this.map.at[1] + moves[event.key][1]]);
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.map.settle(), 300);
    } else if (event.key === "Enter") {
      const word = this.map.nearest(this.map.at);
      if (word) this.map.on.word(word, { shift: event.shiftKey });
    } else if (event.key === "+" || event.key === "=") this.map.zoomAt(1.4);
    else if (event.key === "-") this.map.zoomAt(1 / 1.4);
    else if (event.key === "0") this.map.wholeMap();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
