// The word map: words where they sound alike, a point to drag, and the path of a morph.

import { Gestures } from "./gestures.js";
import { Boxes, barycentric } from "./geometry.js";
import { round } from "./phrase.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST_ZOOM = 6, MARGIN = 46, GAP = 5;
/** Words smaller than this are not drawn at all, whatever the zoom. */
const SIZES = { core: 15, common: 13, rare: 12 };

export const make = (name, attributes = {}, parent = null) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
};

/** At the first zoom only words that many people share; all of them from the third on. */
const leastPriority = (zoom) => (zoom < 1.4 ? 4 : zoom < 2.2 ? 1.5 : -Infinity);

/** A colour by tilt: orange for darker words, blue for brighter ones, grey between. */
export function tiltClass(word) {
  const step = Math.max(-4, Math.min(4, Math.round(word.tilt / 2)));
  return step < 0 ? `d${-step}` : step > 0 ? `b${step}` : "n0";
}

export class WordMap {
  /**
   * @param box The element to draw in.
   * @param model
   * @param on {word(word, {shift}), drag(parts, [x, y]), drop(), nearest(word)}
   */
  constructor(box, model, on) {
    this.box = box, this.model = model, this.on = on;
    this.zoom = 1, this.centre = [0, 0];
    this.languages = new Set(["en"]);
    this.svg = make("svg", { "aria-hidden": "true" });
    this.dots = make("g", { class: "dots" }, this.svg);
    this.path = make("polyline", { class: "path" }, this.svg);
    this.rays = make("g", { class: "rays" }, this.svg);
    this.ends = make("g", { class: "ends" }, this.svg);
    this.point = make("g", { class: "point" }, this.svg);
    this.labels = make("g", { class: "labels" }, this.svg);
    this.pill = make("rect", {}, this.point);
    make("circle", { r: 17, class: "halo" }, this.point);
    make("circle", { r: 8 }, this.point);
    box.append(this.svg);
    this.at = [0, 0];
    this.marked = { from: null, to: null, parts: [] };
    this.pathPoints = [];
    this.entries = model.words.map((word) => this.entry(word));
    new Gestures(this);
    new ResizeObserver(() => this.resize()).observe(box);
  }

  entry(word) {
    const kind = word.term || word.own ? "core" : word.people >= 8 ? "common" : "rare";
    const text = make("text", { class: `word ${kind} ${tiltClass(word)}${word.low ? " low" : ""}` });
    text.textContent = word.name;
    text.dataset.word = word.name;
    const dot = make("circle", { r: 1.6, class: tiltClass(word) });
    return { word, kind, text, dot, priority: word.priority, width: 0 };
  }

  /** Take the words of another model, such as one with a new word of the user's. */
  renew(model) {
    this.model = model;
    this.labels.replaceChildren();
    this.dots.replaceChildren();
    this.entries = model.words.map((word) => this.entry(word));
    this.layOut();
  }

  setLanguages(languages) {
    this.languages = new Set(languages);
    this.layOut();
  }

  get shown() {
    return this.entries.filter((e) => this.languages.has(e.word.language) || e.word.own);
  }

  // ------------------------------------------------------------------------------------------- geometry

  resize() {
    const { width, height } = this.box.getBoundingClientRect();
    if (!width || !height || (width === this.width && height === this.height)) return;
    this.width = width, this.height = height;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.layOut();
  }

  /** From the map's own plane (−1 to 1, y up) to pixels, and back. */
  toScreen([x, y]) {
    const rx = (this.width / 2 - this.margin) * this.zoom, ry = (this.height / 2 - this.marginY) * this.zoom;
    return [this.width / 2 + (x - this.centre[0]) * rx, this.middle - (y - this.centre[1]) * ry];
  }

  toPlane([px, py]) {
    const rx = (this.width / 2 - this.margin) * this.zoom, ry = (this.height / 2 - this.marginY) * this.zoom;
    return [(px - this.width / 2) / rx + this.centre[0], -(py - this.middle) / ry + this.centre[1]];
  }

  get margin() {
    return Math.min(MARGIN, this.width * 0.08);
  }

  get marginY() {
    return Math.min(38, this.height * 0.1);
  }

  /** The plane's middle: a little above the box's, for the legend and buttons below. */
  get middle() {
    return this.height / 2 - 14;
  }

  hold() {
    const most = 1 - 1 / this.zoom + 0.08;
    this.centre = this.centre.map((v) => Math.min(Math.max(v, -most), most));
  }

  /** Decide which words are drawn at this zoom, and draw. The choice does not depend on where the view is. */
  layOut() {
    if (!this.width) return;
    this.hold();
    const measure = document.createElement("canvas").getContext("2d"), style = getComputedStyle(this.box);
    const scale = this.width < 560 ? Math.max(0.86, this.width / 560) : Math.min(1.25, Math.max(1, this.width / 900));
    const forced = new Set([this.marked.from, this.marked.to, ...this.marked.parts.map((p) => p.word.split("/")[0])]);
    const found = this.shown.sort((a, b) => forced.has(b.word.name) - forced.has(a.word.name) || b.priority - a.priority || a.word.index - b.word.index);
    const taken = new Boxes(90), chosen = new Set();
    for (const entry of found) {
      if (entry.priority < leastPriority(this.zoom) && !forced.has(entry.word.name)) continue;
      const size = SIZES[entry.kind] * scale;
      entry.size = size;
      measure.font = `${entry.kind === "core" ? 600 : 400} ${size}px ${style.fontFamily}`;
      entry.width = measure.measureText(entry.word.name).width;
      const [x, y] = this.toScreen([entry.word.x, entry.word.y]);
      const box = [x - entry.width / 2 - GAP, y - size * 0.62 - GAP * 0.5, x + entry.width / 2 + GAP, y + size * 0.62 + GAP * 0.5];
      if (!forced.has(entry.word.name) && taken.hits(box)) continue;
      if (this.zoom === 1 && (box[0] < 0 || box[2] > this.width || box[1] < 0 || box[3] > this.height - 38) && !forced.has(entry.word.name)) continue;
      taken.add(box);
      chosen.add(entry);
    }
    this.visible = [...chosen];
    this.labels.replaceChildren(...this.visible.map((e) => e.text));
    this.dots.replaceChildren(...this.shown.filter((e) => !chosen.has(e)).map((e) => e.dot));
    this.triangulate();
    this.draw();
  }

  /** The triangles between the words that can be seen: a point inside one is a mix of its corners. */
  triangulate() {
    const points = this.visible.map((e) => [e.word.x, e.word.y]);
    this.delaunay = points.length > 2 ? globalThis.d3.Delaunay.from(points) : null;
  }

  draw() {
    for (const { word, text, size } of this.visible) {
      const [x, y] = this.toScreen([word.x, word.y]);
      text.setAttribute("x", x.toFixed(1));
      text.setAttribute("y", (y + size * 0.34).toFixed(1));
      text.setAttribute("font-size", size.toFixed(1));
      const chosen = word.name === this.marked.from || word.name === this.marked.to;
      text.classList.toggle("chosen", chosen);
      text.classList.toggle("part", !chosen && this.marked.parts.some((p) => p.word === word.name));
    }
    for (const { word, dot } of this.shown) {
      if (!dot.parentNode) continue;
      const [x, y] = this.toScreen([word.x, word.y]);
      dot.setAttribute("cx", x.toFixed(1));
      dot.setAttribute("cy", y.toFixed(1));
    }
    this.drawPoint();
  }

  drawPoint() {
    if (!this.width) return;
    const [px, py] = this.toScreen(this.at);
    this.point.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
    // On a word the point is a frame around it, so that the word can be read.
    const under = this.dragging ? null : this.visible.find(({ word }) => Math.abs(word.x - this.at[0]) + Math.abs(word.y - this.at[1]) < 1e-3);
    this.point.classList.toggle("on-word", !!under);
    for (const entry of this.visible) entry.text.classList.toggle("framed", entry === under);
    if (under) {
      const [w, h] = [under.width + 22, under.size + 14];
      for (const [name, value] of Object.entries({ x: -w / 2, y: -h / 2, width: w, height: h, rx: h / 2 })) this.pill.setAttribute(name, value.toFixed(1));
    }
    this.path.setAttribute("points", this.pathPoints.map((p) => this.toScreen(p).map((v) => v.toFixed(1)).join(",")).join(" "));
    const ends = this.pathPoints.length ? [this.pathPoints[0], this.pathPoints.at(-1)] : [];
    this.ends.replaceChildren(...ends.map((p) => {
      const [x, y] = this.toScreen(p);
      return make("circle", { cx: x, cy: y, r: 3.5 });
    }));
    const rays = this.dragging || !this.pathPoints.length ? this.marked.parts : [];
    this.rays.replaceChildren(...(rays.length > 1 ? rays : []).map(({ word, weight }) => {
      const at = this.model.find(word)?.word;
      if (!at) return make("line");
      const [x, y] = this.toScreen([at.x, at.y]);
      return make("line", { x1: px, y1: py, x2: x, y2: y, "stroke-width": round(Math.min(0.6 + 3 * Math.abs(weight), 4), 2), class: weight < 0 ? "minus" : "" });
    }));
  }

  /** Show where the sound is: the point, which words it is made of, and the path it moves on. */
  show({ at, from = null, to = null, parts = [], path = [] }) {
    const before = `${this.marked.from} ${this.marked.to}`;
    this.marked = { from, to, parts };
    this.pathPoints = path;
    if (!this.dragging) this.at = at;
    const missing = [from, to].some((name) => name && !this.visible?.some((e) => e.word.name === name));
    if (before !== `${from} ${to}` && missing && !this.dragging) this.layOut();
    else if (this.visible) this.draw();
  }

  // ------------------------------------------------------------------------------------------- weights

  /** Weights of the words around a place: barycentric in its triangle; outside, of the nearest edge. */
  around([x, y]) {
    if (!this.delaunay) return [];
    const { triangles, points, hull } = this.delaunay, at = (i) => [points[2 * i], points[2 * i + 1]];
    for (let t = 0; t < triangles.length; t += 3) {
      const corners = [triangles[t], triangles[t + 1], triangles[t + 2]], weights = barycentric([x, y], corners.map(at));
      if (weights && weights.every((w) => w >= -1e-9)) return this.named(corners, weights);
    }
    let best = null;
    for (let i = 0; i < hull.length; i++) {
      const edge = [hull[i], hull[(i + 1) % hull.length]], [a, b] = edge.map(at);
      const along = Math.min(Math.max(((x - a[0]) * (b[0] - a[0]) + (y - a[1]) * (b[1] - a[1])) / ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2), 0), 1);
      const far = Math.hypot(x - a[0] - along * (b[0] - a[0]), y - a[1] - along * (b[1] - a[1]));
      if (!best || far < best.far) best = { far, edge, weights: [1 - along, along] };
    }
    return this.named(best.edge, best.weights);
  }

  named(corners, weights) {
    return corners.map((i, n) => ({ word: this.visible[i].word.name, weight: Math.max(weights[n], 0) }))
      .filter((p) => p.weight > 0.004).sort((a, b) => b.weight - a.weight);
  }

  nearest(at, reach = Infinity) {
    const [px, py] = this.toScreen(at);
    let best = null;
    for (const entry of this.visible) {
      const [x, y] = this.toScreen([entry.word.x, entry.word.y]);
      const far = Math.hypot(x - px, y - py);
      if (far < reach && (!best || far < best.far)) best = { far, word: entry.word };
    }
    return best?.word;
  }

  // ----------------------------------------------------------------------------------------- moving about

  /** Take the sound to a place on the map. */
  dragTo(at) {
    this.dragging = true;
    this.at = at.map((v) => Math.min(Math.max(v, -1.06), 1.06));
    this.on.drag(this.around(this.at), this.at);
  }

  settle() {
    if (!this.dragging) return;
    this.dragging = false;
    this.on.drop();
  }

  pan(dx, dy) {
    const [x, y] = this.toPlane([this.width / 2 - dx, this.middle - dy]);
    this.centre = [x, y];
    this.hold();
    this.draw();
  }

  zoomAt(factor, at = this.focus()) {
    const zoom = Math.min(Math.max(this.zoom * factor, 1), MOST_ZOOM);
    if (zoom === this.zoom) return;
    const fixed = this.toPlane(at);
    this.zoom = zoom;
    const moved = this.toPlane(at);
    this.centre = [this.centre[0] + fixed[0] - moved[0], this.centre[1] + fixed[1] - moved[1]];
    this.hold();
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.layOut());
    this.draw();
  }

  /** Where a zoom without a pointer goes: towards the point, where it can be seen. */
  focus() {
    const [x, y] = this.toScreen(this.at);
    return x > 0 && y > 0 && x < this.width && y < this.height ? [x, y] : [this.width / 2, this.middle];
  }

  wholeMap() {
    this.zoom = 1, this.centre = [0, 0];
    this.layOut();
  }

  /** Bring a word to where it can be seen. */
  reveal(word) {
    if (!this.visible.some((e) => e.word === word)) {
      this.centre = [word.x, word.y];
      for (const zoom of [1.5, 2.2, 3.2, 4.5, MOST_ZOOM]) {
        this.zoom = zoom;
        this.layOut();
        if (this.visible.some((e) => e.word === word)) break;
      }
    }
    const [x, y] = this.toScreen([word.x, word.y]);
    if (x < 20 || y < 20 || x > this.width - 20 || y > this.height - 20) this.centre = [word.x, word.y];
    this.layOut();
  }

  /** Dim what a search does not mean. */
  filter(text) {
    const wanted = text.trim().toLowerCase();
    this.svg.classList.toggle("filtered", !!wanted);
    for (const { word, text: label, dot } of this.entries) {
      const hit = wanted && (word.name.includes(wanted) || word.aliases.some((a) => a.includes(wanted)));
      label.classList.toggle("hit", !!hit);
      dot.classList.toggle("hit", !!hit);
    }
  }
}
