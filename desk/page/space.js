// The space of words: phrases to points, morphs, places on the map, and which words a setting is.

import { blend, follow } from "./blend.js";
import { parsePhrase } from "./phrase.js";
import { curve, distance, rms, scaled } from "./response.js";

const ARC_POINTS = 129, KEPT = 200;

export class Space {
  constructor(model) {
    this.model = model;
    this.understood = new Map();
    this.tables = new Map();
    /** Words that describe a setting: terms of the craft and a user's own. */
    this.describing = model.words.filter((w) => (w.own || w.term) && rms(w.curve) > 0.3);
    this.products = this.describing.map((a) => Float64Array.from(this.describing, (b) => product(a.curve, b.curve)));
  }

  /** What a phrase means: `{parts, latent, errorDb, curve}`. Throws `PhraseError`. */
  understand(text) {
    const kept = this.understood.get(text);
    if (kept) return kept;
    const single = this.model.find(text);
    const parts = single ? [{ word: single.name, weight: 1 }] : parsePhrase(text, this.model);
    const found = { parts, ...blend(this.model, parts.map((p) => this.weighted(p))) };
    found.curve = curve(this.model.decode(found.latent));
    keep(this.understood, text, found);
    return found;
  }

  /** A blend that is being dragged: the latent point of parts, on from the point before. */
  follow(parts, before) {
    return follow(this.model, parts.map((p) => this.weighted(p)), before).latent;
  }

  /** Whether a phrase is understood here. */
  knows(text) {
    try {
      return !!this.understand(text);
    } catch {
      return false;
    }
  }

  weighted({ word, weight }) {
    const found = this.model.find(word);
    const db = found.latent === found.word.latent ? found.word.curve : curve(this.model.decode(found.latent));
    return { latent: found.latent, curve: db, weight };
  }

  /**
   * Take over what the server found for a phrase: the very point that a render uses. The server may know words that
   * this page does not; `plainly` is the phrase in words of the model.
   */
  learn(text, latent, plainly) {
    const parts = this.understood.get(text)?.parts ?? (plainly === "flat" ? [] : parsePhrase(plainly, this.model));
    const found = { parts, errorDb: 0, ...this.understood.get(text), latent: Float64Array.from(latent) };
    found.curve = curve(this.model.decode(found.latent));
    keep(this.understood, text, found);
    for (const key of [...this.tables.keys()]) if (key.split("\n").includes(text)) this.tables.delete(key);
  }

  /** The setting of a state of the controls at a morph position, before intensity. */
  setting(state, morph = state.morph) {
    if (state.hand) return state.hand;
    const from = this.understand(state.semantic).latent;
    if (!state.to) return this.model.decode(from);
    return this.model.decode(this.between(state.semantic, state.to, morph));
  }

  /** The setting that is heard. */
  heard(state, morph = state.morph) {
    return scaled(this.setting(state, morph), state.bypass ? 0 : state.intensity);
  }

  /** The latent point of a morph, at an even pace of the curve: equal steps change the response equally. */
  between(first, second, morph) {
    const key = `${first}\n${second}`;
    let table = this.tables.get(key);
    if (!table) {
      const a = this.understand(first).latent, b = this.understand(second).latent;
      const travelled = [0], at = (t) => a.map((v, i) => v + t * (b[i] - v));
      let before = curve(this.model.decode(a));
      for (let n = 1; n < ARC_POINTS; n++) {
        const here = curve(this.model.decode(at(n / (ARC_POINTS - 1))));
        travelled.push(travelled[n - 1] + distance(here, before));
        before = here;
      }
      const length = travelled.at(-1);
      table = { at, length, travelled: length < 1e-9 ? null : travelled.map((v, n) => v / length + (1e-9 * n) / (ARC_POINTS - 1)) };
      keep(this.tables, key, table);
    }
    if (!table.travelled) return table.at(morph);
    const goal = Math.min(Math.max(morph, 0), 1) * table.travelled.at(-1);
    let n = 1;
    while (n < ARC_POINTS - 1 && table.travelled[n] < goal) n++;
    const [low, high] = [table.travelled[n - 1], table.travelled[n]];
    return table.at((n - 1 + (goal - low) / (high - low)) / (ARC_POINTS - 1));
  }

  /** Where a curve belongs on the map: among the words that sound most like it. */
  place(db) {
    const near = this.model.words.map((word) => [distance(db, word.curve), word]).sort((a, b) => a[0] - b[0]).slice(0, 6);
    if (near[0][0] < 0.01) return [near[0][1].x, near[0][1].y];
    let total = 0, x = 0, y = 0;
    for (const [d, word] of near) {
      const weight = 1 / d ** 3;
      total += weight, x += weight * word.x, y += weight * word.y;
    }
    return [x / total, y / total];
  }

  /** Which words a setting is, at most three: `{parts, errorDb}`; the weights are those of a phrase. */
  describe(params) {
    const target = curve(params), strength = rms(target);
    if (strength < 0.15) return { parts: [], errorDb: strength };
    const onto = this.describing.map((word) => product(word.curve, target)), square = product(target, target);
    let best = { cost: Infinity, chosen: [], weights: [] }, kept = [{ chosen: [] }];
    for (let count = 1; count <= 3; count++) {
      const found = [];
      for (const { chosen } of kept)
        for (let n = 0; n < this.describing.length; n++) {
          if (chosen.includes(n)) continue;
          const set = [...chosen, n], weights = this.weights(set, onto);
          if (!weights || weights.some((w) => w < 0.08 || w > 2.5)) continue;
          const left = square - weights.reduce((sum, w, i) => sum + w * onto[set[i]], 0);
          const errorDb = Math.sqrt(Math.max(left, 0) / 128);
          // Fewer words, words that more people use, and no word at many times its strength are the better description.
          const rare = set.reduce((sum, i) => sum + 1 / Math.log2(4 + this.describing[i].people), 0);
          const much = weights.reduce((sum, w) => sum + Math.max(w - 1, 0), 0);
          found.push({ chosen: set, weights, errorDb, cost: errorDb + strength * (0.14 * rare + 0.02 * count + 0.12 * much) });
        }
      found.sort((a, b) => a.cost - b.cost);
      kept = found.slice(0, 24);
      if (kept.length && kept[0].cost < best.cost) best = kept[0];
    }
    const parts = best.chosen.map((n, i) => ({ word: this.describing[n].name, weight: best.weights[i] }));
    return { parts: parts.sort((a, b) => b.weight - a.weight), errorDb: best.errorDb ?? strength };
  }

  /** Least squares: the weights of some words that come nearest to a curve, from its products with all. */
  weights(set, onto) {
    const n = set.length, a = set.map((i) => [...set.map((j) => this.products[i][j]), onto[i]]);
    for (let i = 0; i < n; i++) {
      if (Math.abs(a[i][i]) < 1e-6) return null;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const by = a[j][i] / a[i][i];
        for (let k = i; k <= n; k++) a[j][k] -= by * a[i][k];
      }
    }
    return a.map((row, i) => row[n] / row[i]);
  }
}

function keep(map, key, value) {
  map.set(key, value);
  if (map.size > KEPT) map.delete(map.keys().next().value);
}

function product(a, b) {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}
