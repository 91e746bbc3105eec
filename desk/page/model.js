// The model: words, and the decoder that turns a latent point (32 numbers) into a setting (13), in plain JavaScript.

import { FREQ_HZ, GAINS, GAIN_DB, Q, QS, curve, tilt } from "./response.js";

const FORMAT = 1;

/** Load `model.json` and `model.bin` from beside the page. */
export async function loadModel(base = ".") {
  const [table, numbers] = await Promise.all([
    fetch(`${base}/model.json`).then((r) => (r.ok ? r.json() : Promise.reject(new Error(`model.json: ${r.status}`)))),
    fetch(`${base}/model.bin`).then((r) => (r.ok ? r.arrayBuffer() : Promise.reject(new Error(`model.bin: ${r.status}`)))),
  ]);
  return new Model(table, new Float32Array(numbers));
}

export class Model {
  constructor(table, numbers) {
    if (table.format !== FORMAT) throw new Error(`the model has format ${table.format}; this page reads ${FORMAT}`);
    let at = 0;
    const take = (count) => Float64Array.from(numbers.subarray(at, (at += count)));
    let size = table.latent;
    this.name = table.name;
    this.grammar = table.grammar;
    this.size = size;
    this.hidden = table.layers.map((width) => {
      const layer = { inputs: size, width, weight: take(size * width), bias: take(width), scale: take(width), shift: take(width) };
      size = width;
      return layer;
    });
    const outputs = table.parameters.length;
    this.last = { inputs: size, width: outputs, weight: take(size * outputs), bias: take(outputs) };
    this.skip = take(this.size * outputs);
    this.offset = take(outputs);
    this.flat = take(this.size);
    this.words = table.words.map((entry, index) => ({
      name: entry.w, people: entry.n, x: entry.x, y: entry.y, priority: entry.p, index,
      language: entry.lang ?? "en", low: !!entry.low, own: !!entry.own, term: !!entry.term,
      contested: !!entry.contested, aliases: entry.aliases ?? [], latent: take(this.size),
    }));
    table.words.forEach((entry, i) => {
      this.words[i].schools = (entry.schools ?? []).map((name) => ({ name, latent: take(this.size) }));
    });
    this.byName = new Map();
    for (const word of this.words) this.byName.set(word.name, word);
    for (const word of this.words) for (const name of [plain(word.name)]) if (!this.byName.has(name)) this.byName.set(name, word);
    for (const word of this.words) for (const alias of word.aliases) if (!this.byName.has(plain(alias))) this.byName.set(plain(alias), word);
    for (const word of this.words) {
      word.curve = curve(this.decode(word.latent));
      word.tilt = tilt(word.curve);
    }
  }

  /** The word called so (`warm`), or its school (`warm/2`): `{word, latent}`; undefined where there is none. */
  find(text) {
    const [name, school] = text.toLowerCase().split(/\s+/).join(" ").trim().split("/");
    const word = this.byName.get(name.trim()) ?? this.byName.get(plain(name.trim()));
    if (!word) return undefined;
    if (school === undefined) return { word, name: word.name, latent: word.latent };
    const n = word.schools.findIndex((s, i) => school.trim() === String(i + 1) || school.trim() === s.name);
    return n < 0 ? undefined : { word, name: `${word.name}/${school.trim()}`, latent: word.schools[n].latent };
  }

  /** The setting of a latent point, in physical units and inside the bounds. */
  decode(latent) {
    let values = latent;
    for (const layer of this.hidden) values = activate(normalise(linear(layer, values), layer));
    const out = linear(this.last, values);
    for (let i = 0; i < out.length; i++) {
      let sum = out[i] - this.offset[i];
      for (let j = 0; j < this.size; j++) sum += this.skip[i * this.size + j] * latent[j];
      out[i] = 1 / (1 + Math.exp(-sum));
    }
    return physical(out);
  }
}

export const plain = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "");

/** The unit cube to physical units: gains linearly, frequencies and Qs on a log scale. */
export function physical(unit) {
  const out = new Array(unit.length);
  for (let i = 0; i < unit.length; i++) {
    const [low, high] = QS.includes(i) ? Q : FREQ_HZ;
    out[i] = GAINS.includes(i) ? (2 * unit[i] - 1) * GAIN_DB : low * (high / low) ** unit[i];
  }
  return out;
}

function linear({ inputs, width, weight, bias }, values) {
  const out = new Float64Array(width);
  for (let i = 0, at = 0; i < width; i++) {
    let sum = bias[i];
    for (let j = 0; j < inputs; j++) sum += weight[at++] * values[j];
    out[i] = sum;
  }
  return out;
}

/** LayerNorm, in place. */
function normalise(values, { scale, shift }) {
  let mean = 0, square = 0;
  for (const v of values) mean += v;
  mean /= values.length;
  for (const v of values) square += (v - mean) ** 2;
  const by = 1 / Math.sqrt(square / values.length + 1e-5);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) * by * scale[i] + shift[i];
  return values;
}

/** GELU, in place: x Φ(x). */
function activate(values) {
  for (let i = 0; i < values.length; i++) values[i] *= 0.5 * (1 + erf(values[i] * Math.SQRT1_2));
  return values;
}

/** Error function, within 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - y * Math.exp(-x * x));
}
