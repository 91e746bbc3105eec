// Blends: the point of the space whose curve is a weighted sum of words' curves, as semeq.words finds it.

import { curve, distance, rms } from "./response.js";

const PROBE = 4e-3, PULL = 0.02, INSIDE = 0.999;

/** What a blend is worth another start for, in dB. */
const GOOD_DB = 0.3, MOST_STARTS = 4;

/**
 * Blend words.
 * @param model
 * @param parts [{latent, curve, weight}]: weight 1 is a word's typical strength, below 0 mirrors its curve.
 * @returns {{latent, errorDb}}
 */
export function blend(model, parts) {
  if (parts.length === 1 && parts[0].weight === 1) return { latent: parts[0].latent, errorDb: 0 };
  const target = sumOf(parts);
  if (rms(target) < 1e-3) return { latent: model.flat, errorDb: rms(target) };
  // The weighted sum of the points is a good start for a mix, the word that sounds most alike for a mirrored curve.
  const alike = model.words.map((word) => [distance(target, word.curve), word]).sort((a, b) => a[0] - b[0]);
  const starts = [startOf(model, parts), ...alike.slice(0, MOST_STARTS - 1).map(([, word]) => word.latent)];
  let best = null;
  for (const start of starts) {
    let found = locate(model, target, start);
    for (let again = 0; again < 2 && found.errorDb > GOOD_DB; again++) found = locate(model, target, found.latent);
    if (!best || found.errorDb < best.errorDb) best = found;
    if (best.errorDb <= GOOD_DB) break;
  }
  return best;
}

/** The same while a point is dragged: on from where it was, so that the sound moves without jumps. */
export function follow(model, parts, before, steps = 2) {
  return locate(model, sumOf(parts), before ?? startOf(model, parts), steps);
}

function sumOf(parts) {
  const target = new Float64Array(128);
  for (const { curve: db, weight } of parts) for (let i = 0; i < 128; i++) target[i] += weight * db[i];
  return target;
}

function startOf(model, parts) {
  const start = Float64Array.from(model.flat);
  for (const { latent, weight } of parts) for (let i = 0; i < start.length; i++) start[i] += weight * (latent[i] - model.flat[i]);
  return start;
}

/** The point near `start` that decodes most nearly to a curve. */
export function locate(model, target, start, steps = 12) {
  const size = start.length, pull = Math.sqrt(PULL / size), scale = 1 / Math.sqrt(target.length);
  start = start.map((v) => Math.min(Math.max(v, -INSIDE), INSIDE));
  const residual = (point) => {
    const db = curve(model.decode(point)), out = new Float64Array(target.length + size);
    for (let i = 0; i < target.length; i++) out[i] = (db[i] - target[i]) * scale;
    for (let i = 0; i < size; i++) out[target.length + i] = (point[i] - start[i]) * pull;
    return out;
  };
  let point = Float64Array.from(start), here = residual(point), damping = 1e-3;
  for (let step = 0; step < steps; step++) {
    const slopes = Array.from({ length: size }, (_, i) => {
      const by = point[i] > 0 ? -PROBE : PROBE, probe = Float64Array.from(point);
      probe[i] += by;
      const there = residual(probe);
      for (let k = 0; k < there.length; k++) there[k] = (there[k] - here[k]) / by;
      return there;
    });
    const normal = slopes.map((a) => slopes.map((b) => dot(a, b))), gradient = slopes.map((a) => dot(a, here));
    const before = dot(here, here);
    let trial, there, found = false;
    for (let attempt = 0; attempt < 4 && !found; attempt++) {
      const move = solve(normal, gradient, damping);
      trial = point.map((v, i) => Math.min(Math.max(v - move[i], -INSIDE), INSIDE));
      there = residual(trial);
      found = dot(there, there) < before;
      if (!found) damping *= 10;
    }
    if (!found) break;
    const gained = 1 - dot(there, there) / before;
    point = trial, here = there, damping *= 0.3;
    if (gained < 1e-3) break;
  }
  return { latent: point, errorDb: distance(curve(model.decode(point)), target) };
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Solve (A + damping I) x = b for a symmetric positive A, by Cholesky. */
function solve(matrix, right, damping) {
  const n = right.length, low = matrix.map((row) => Float64Array.from(row));
  for (let i = 0; i < n; i++) low[i][i] += damping;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = low[i][j];
      for (let k = 0; k < j; k++) sum -= low[i][k] * low[j][k];
      low[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / low[j][j];
    }
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= low[i][k] * x[k];
    x[i] /= low[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= low[k][i] * x[k];
    x[i] /= low[i][i];
  }
  return x;
}
