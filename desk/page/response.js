// Settings and their response: the same 13 numbers, bounds and formulas as semeq.eq.

export const GAINS = [0, 2, 5, 8, 11];
export const FREQS = [1, 3, 6, 9, 12];
export const QS = [4, 7, 10];
export const BANDS = ["low shelf", "bell 1", "bell 2", "bell 3", "high shelf"];
export const GAIN_DB = 12, FREQ_HZ = [20, 20000], Q = [0.1, 10], SHELF_Q = Math.SQRT1_2;
export const RATE_HZ = 44100, MAX_FREQ_RATIO = 0.49;
export const FLAT = [0, 100, 0, 300, SHELF_Q, 0, 1000, SHELF_Q, 0, 3000, SHELF_Q, 0, 8000];

/** The reference grid: 128 frequencies, evenly spaced on a log scale. */
export const GRID_HZ = logGrid(128);

export function logGrid(count, low = FREQ_HZ[0], high = FREQ_HZ[1]) {
  return Float64Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/** What the response needs of a grid: sin²(ω/2) keeps full precision where cos ω is near 1. */
export function phasesOf(grid, rate = RATE_HZ) {
  return Float64Array.from(grid, (hz) => Math.sin((Math.PI * Math.min(hz, rate / 2)) / rate) ** 2);
}

const GRID_PHASES = phasesOf(GRID_HZ);

/** Place of a band's Q in a setting; shelves have none. */
export const qIndex = (band) => (band > 0 && band < 4 ? QS[band - 1] : -1);

/** Cookbook coefficients b0 b1 b2 a0 a1 a2 of one band. */
export function section(params, band, rate = RATE_HZ) {
  const amp = 10 ** (params[GAINS[band]] / 40);
  const omega = (2 * Math.PI * Math.min(params[FREQS[band]], MAX_FREQ_RATIO * rate)) / rate;
  const q = qIndex(band) < 0 ? SHELF_Q : params[qIndex(band)];
  const cos = Math.cos(omega), alpha = Math.sin(omega) / (2 * q);
  if (band > 0 && band < 4)
    return [1 + alpha * amp, -2 * cos, 1 - alpha * amp, 1 + alpha / amp, -2 * cos, 1 - alpha / amp];
  const sign = band === 0 ? 1 : -1, c = sign * cos, slope = 2 * Math.sqrt(amp) * alpha;
  return [
    amp * (amp + 1 - (amp - 1) * c + slope),
    sign * 2 * amp * (amp - 1 - (amp + 1) * c),
    amp * (amp + 1 - (amp - 1) * c - slope),
    amp + 1 + (amp - 1) * c + slope,
    sign * -2 * (amp - 1 + (amp + 1) * c),
    amp + 1 + (amp - 1) * c - slope,
  ];
}

/** Power response of bands at `phases`, multiplied into `into` (all ones at first). */
function multiply(params, band, phases, rate, into) {
  const [b0, b1, b2, a0, a1, a2] = section(params, band, rate);
  const bs = (b0 + b1 + b2) ** 2, as = (a0 + a1 + a2) ** 2;
  const bm = b0 * b1 + 4 * b0 * b2 + b1 * b2, am = a0 * a1 + 4 * a0 * a2 + a1 * a2;
  for (let i = 0; i < phases.length; i++) {
    const p = 4 * phases[i];
    into[i] *= (bs - p * (bm - p * b0 * b2)) / (as - p * (am - p * a0 * a2));
  }
}

/** Power gain of a setting at phases: |H|². */
export function power(params, phases, rate = RATE_HZ) {
  const out = new Float64Array(phases.length).fill(1);
  for (let band = 0; band < 5; band++) multiply(params, band, phases, rate, out);
  return out;
}

/** Response in dB at phases (by default on the reference grid). */
export function curve(params, phases = GRID_PHASES, rate = RATE_HZ) {
  const out = power(params, phases, rate);
  for (let i = 0; i < out.length; i++) out[i] = 10 * Math.log10(out[i]);
  return out;
}

export function rms(a) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * a[i];
  return Math.sqrt(sum / a.length);
}

export function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / a.length);
}

/** Mean dB above 4 kHz minus mean dB below 250 Hz. */
export function tilt(db) {
  let high = 0, highs = 0, low = 0, lows = 0;
  GRID_HZ.forEach((hz, i) => {
    if (hz > 4000) (high += db[i]), highs++;
    else if (hz < 250) (low += db[i]), lows++;
  });
  return high / highs - low / lows;
}

/** A setting with its gains scaled. */
export function scaled(params, factor) {
  const out = Array.from(params);
  for (const i of GAINS) out[i] *= factor;
  return out;
}

/** A setting held inside the bounds. */
export function clipped(params) {
  const out = Array.from(params), held = (v, [low, high]) => Math.min(Math.max(v, low), high);
  for (const i of GAINS) out[i] = held(out[i], [-GAIN_DB, GAIN_DB]);
  for (const i of FREQS) out[i] = held(out[i], FREQ_HZ);
  for (const i of QS) out[i] = held(out[i], Q);
  return out;
}
