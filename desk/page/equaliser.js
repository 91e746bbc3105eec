// The response curve with its five handles, and the spectrum behind it.

import { make } from "./map.js";
import { BANDS, FREQS, FREQ_HZ, GAINS, GAIN_DB, Q, SHELF_Q, clipped, curve, logGrid, phasesOf, qIndex } from "./response.js";

const GRID = logGrid(240);
const PAD = { left: 34, right: 12, top: 12, bottom: 22 };
const DECADES = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
const SPAN_FLOOR_DB = 12;
/** The spectrum is turned by this much an octave, as analysers do: music then looks level. */
const TILT_DB = 3;

export class Equaliser {
  /** @param on {change(params), done()}: a handle moves, a handle was let go. */
  constructor(box, on) {
    this.box = box, this.on = on;
    this.canvas = document.createElement("canvas");
    this.svg = make("svg", { role: "group", "aria-label": "Response curve" });
    this.grid = make("g", { class: "grid" }, this.svg);
    this.ghost = make("path", { class: "ghost" }, this.svg);
    this.fill = make("path", { class: "fill" }, this.svg);
    this.line = make("path", { class: "line" }, this.svg);
    this.handles = BANDS.map((name, band) => this.handle(name, band));
    this.readout = make("text", { class: "readout", "text-anchor": "end" }, this.svg);
    box.append(this.canvas, this.svg);
    // A canvas knows no light-dark(): two elements let the style sheet work the colours out.
    const probes = ["before", "after"].map((side) => box.appendChild(Object.assign(document.createElement("i"), { className: `spectrum-${side}` })));
    this.colours = { get before() { return getComputedStyle(probes[0]).color; }, get after() { return getComputedStyle(probes[1]).color; } };
    this.setRate(48000);
    this.span = SPAN_FLOOR_DB;
    this.held = null;
    new ResizeObserver(() => this.resize()).observe(box);
  }

  handle(name, band) {
    const group = make("g", { class: "handle", tabindex: 0, role: "slider", "aria-label": name, "aria-valuemin": -GAIN_DB, "aria-valuemax": GAIN_DB }, this.svg);
    make("circle", { r: 15, class: "reach" }, group);
    make("circle", { r: 7 }, group);
    make("text", { "text-anchor": "middle", dy: 3.2, "aria-hidden": "true" }, group).textContent = band + 1;
    group.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      group.setPointerCapture(event.pointerId);
      this.held = band;
      group.classList.add("held");
    });
    group.addEventListener("pointermove", (event) => this.held === band && this.drag(event, band));
    for (const kind of ["pointerup", "pointercancel"])
      group.addEventListener(kind, () => {
        if (this.held !== band) return;
        this.held = null;
        group.classList.remove("held");
        this.on.done();
      });
    group.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.widen(band, Math.exp(-event.deltaY * 0.0015));
    }, { passive: false });
    group.addEventListener("dblclick", () => this.turn(band, { gain: 0 }, true));
    group.addEventListener("keydown", (event) => this.key(event, band));
    return group;
  }

  /** The rate at which the filters run: near half of it they bend. */
  setRate(rate) {
    this.rate = rate, this.phases = phasesOf(GRID, rate);
    this.draw();
  }

  resize() {
    const { width, height } = this.box.getBoundingClientRect();
    if (!width || !height) return;
    this.width = width, this.height = height;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = width * ratio, this.canvas.height = height * ratio;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawGrid();
    this.draw();
  }

  x(hz) {
    return PAD.left + (Math.log(hz / FREQ_HZ[0]) / Math.log(FREQ_HZ[1] / FREQ_HZ[0])) * (this.width - PAD.left - PAD.right);
  }

  hz(x) {
    return FREQ_HZ[0] * (FREQ_HZ[1] / FREQ_HZ[0]) ** ((x - PAD.left) / (this.width - PAD.left - PAD.right));
  }

  y(db) {
    return PAD.top + ((this.span - db) / (2 * this.span)) * (this.height - PAD.top - PAD.bottom);
  }

  db(y) {
    return this.span - ((y - PAD.top) / (this.height - PAD.top - PAD.bottom)) * 2 * this.span;
  }

  drawGrid() {
    this.grid.replaceChildren();
    const narrow = this.width < 420;
    for (const hz of DECADES) {
      const x = this.x(hz), strong = [100, 1000, 10000].includes(hz);
      make("line", { x1: x, x2: x, y1: PAD.top, y2: this.height - PAD.bottom, class: strong ? "strong" : "" }, this.grid);
      if (!narrow || strong || hz === 20) make("text", { x, y: this.height - 7, "text-anchor": hz === 20000 ? "end" : "middle" }, this.grid).textContent = hz < 1000 ? hz : `${hz / 1000}k`;
    }
    for (let db = -this.span; db <= this.span; db += this.span / 4) {
      const y = this.y(db);
      make("line", { x1: PAD.left, x2: this.width - PAD.right, y1: y, y2: y, class: db === 0 ? "zero" : "" }, this.grid);
      make("text", { x: PAD.left - 6, y: y + 3.5, "text-anchor": "end" }, this.grid).textContent = db > 0 ? `+${db}` : `${db}`.replace("-", "−");
    }
    this.readout.setAttribute("x", this.width - PAD.right - 4);
    this.readout.setAttribute("y", PAD.top + 14);
  }

  /** Show a setting: `heard` with intensity, `base` without, which the handles move. */
  show({ base, heard, intensity, ghost = null }) {
    this.base = base, this.heard = heard, this.intensity = intensity, this.ghostSetting = ghost;
    this.draw();
  }

  draw() {
    if (!this.width || !this.heard) return;
    const db = curve(this.heard, this.phases, this.rate);
    const peak = Math.max(...db.map(Math.abs), ...GAINS.map((i) => Math.abs(this.heard[i])));
    const span = peak > 18 ? 24 : peak > 12.2 ? 18 : SPAN_FLOOR_DB;
    if (span !== this.span && this.held === null) {
      this.span = span;
      this.drawGrid();
    }
    const points = Array.from(GRID, (hz, i) => `${this.x(hz).toFixed(1)} ${this.y(db[i]).toFixed(1)}`);
    const d = `M${points.join("L")}`;
    this.line.setAttribute("d", d);
    this.fill.setAttribute("d", `${d}L${this.x(FREQ_HZ[1]).toFixed(1)} ${this.y(0).toFixed(1)}L${this.x(FREQ_HZ[0]).toFixed(1)} ${this.y(0).toFixed(1)}Z`);
    if (this.ghostSetting) {
      const other = curve(this.ghostSetting, this.phases, this.rate);
      this.ghost.setAttribute("d", `M${Array.from(GRID, (hz, i) => `${this.x(hz).toFixed(1)} ${this.y(other[i]).toFixed(1)}`).join("L")}`);
    } else this.ghost.removeAttribute("d");
    this.handles.forEach((group, band) => {
      const hz = this.heard[FREQS[band]], gain = this.heard[GAINS[band]];
      group.setAttribute("transform", `translate(${this.x(hz).toFixed(1)} ${this.y(gain).toFixed(1)})`);
      group.classList.toggle("silent", Math.abs(gain) < 0.3);
      group.setAttribute("aria-valuenow", gain.toFixed(1));
      group.setAttribute("aria-valuetext", this.text(band));
    });
    if (this.held !== null) this.readout.textContent = this.text(this.held);
    else this.readout.textContent = "";
  }

  text(band) {
    const hz = this.heard[FREQS[band]], gain = this.heard[GAINS[band]], q = qIndex(band) < 0 ? null : this.heard[qIndex(band)];
    const shown = hz < 1000 ? `${hz.toFixed(0)} Hz` : `${(hz / 1000).toFixed(hz < 10000 ? 2 : 1)} kHz`;
    return `${BANDS[band]}: ${gain > 0 ? "+" : gain < 0 ? "−" : ""}${Math.abs(gain).toFixed(1)} dB at ${shown}${q === null ? "" : `, Q ${q.toFixed(2)}`}`;
  }

  drag(event, band) {
    const { left, top } = this.box.getBoundingClientRect();
    if (event.buttons === 0) return;
    if (event.shiftKey && qIndex(band) >= 0) return this.widen(band, Math.exp(-event.movementY * 0.02), true);
    this.turn(band, { gain: this.db(event.clientY - top) / Math.max(this.intensity, 0.05), hz: this.hz(event.clientX - left) });
  }

  widen(band, factor, moving = false) {
    if (qIndex(band) >= 0) this.turn(band, { q: this.base[qIndex(band)] * factor }, !moving);
  }

  turn(band, { gain, hz, q }, done = false) {
    const params = Array.from(this.base);
    if (gain !== undefined) params[GAINS[band]] = gain;
    if (hz !== undefined) params[FREQS[band]] = hz;
    if (q !== undefined) params[qIndex(band)] = Math.min(Math.max(q, Q[0]), Q[1]);
    this.on.change(clipped(params));
    if (done) this.on.done();
  }

  key(event, band) {
    const fine = event.shiftKey ? 0.1 : 0.5;
    const gain = this.base[GAINS[band]], hz = this.base[FREQS[band]], q = qIndex(band) < 0 ? SHELF_Q : this.base[qIndex(band)];
    const turns = {
      ArrowUp: { gain: gain + fine }, ArrowDown: { gain: gain - fine },
      ArrowLeft: { hz: hz / (1 + fine / 8) }, ArrowRight: { hz: hz * (1 + fine / 8) },
      PageUp: { q: q * 1.1 }, PageDown: { q: q / 1.1 }, Home: { gain: 0 }, Delete: { gain: 0 },
    };
    const turn = turns[event.key];
    if (!turn || (turn.q && qIndex(band) < 0)) return;
    event.preventDefault();
    event.stopPropagation();
    this.turn(band, turn, true);
  }

  /** Draw the spectra before and after the EQ; null while nothing plays. */
  spectrum(before, after, rate) {
    const context = this.canvas.getContext("2d"), ratio = this.canvas.width / (this.width || 1);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (!before) return;
    this.area(context, before, rate, this.colours.before);
    this.area(context, after, rate, this.colours.after);
  }

  area(context, levels, rate, colour) {
    const bottom = this.height - PAD.bottom, high = bottom - PAD.top, size = levels.length * 2;
    context.beginPath();
    context.moveTo(PAD.left, bottom);
    for (let x = PAD.left; x <= this.width - PAD.right; x += 2) {
      const low = Math.max(1, (this.hz(x - 1) * size) / rate), up = Math.max(low + 1, (this.hz(x + 1) * size) / rate);
      let level = -200;
      for (let k = Math.floor(low); k < up && k < levels.length; k++) level = Math.max(level, levels[k]);
      level += TILT_DB * Math.log2(this.hz(x) / 1000);
      const part = Math.min(Math.max((level + 100) / 80, 0), 1);
      context.lineTo(x, bottom - part * high);
    }
    context.lineTo(this.width - PAD.right, bottom);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
  }
}
