// The equaliser as the browser's own five biquads. No DSP is written here.

import { FREQS, GAINS, MAX_FREQ_RATIO, SHELF_Q, qIndex } from "./response.js";

const TYPES = ["lowshelf", "peaking", "peaking", "peaking", "highshelf"];
/** A change is heard within this; shorter would click, longer would lag behind the hand. */
export const RAMP_S = 0.02;
/** What is scheduled begins this much later, so that the audio thread has not passed it. */
const LEAD_S = 0.004;

/** The five filters and an output gain, in a context. */
export class Chain {
  constructor(context) {
    this.context = context;
    this.filters = TYPES.map((type) => new BiquadFilterNode(context, { type, gain: 0, Q: SHELF_Q }));
    this.output = new GainNode(context);
    // From the high band to the low one: the nodes round to float32, which is heard most around low frequencies, and
    // what comes before them would be amplified by what comes after.
    this.filters.forEach((filter, i) => filter.connect(this.filters[i - 1] ?? this.output));
    this.input = this.filters.at(-1);
  }

  /** Stand at a setting at once. */
  jump(params, db = 0) {
    this.each(params, db, (param, value) => {
      param.cancelScheduledValues(0);
      param.value = value;
      ramps.set(param, { from: value, goal: value, start: 0, until: 0 });
    });
  }

  /** Move to a setting, in a ramp that starts now. */
  move(params, db = 0, seconds = RAMP_S) {
    const now = this.context.currentTime;
    this.each(params, db, (param, value) => glide(param, value, now, seconds));
  }

  /** Schedule a movement: settings at times, with straight ramps between them. */
  schedule(points) {
    points.forEach(({ at, params, db = 0 }, n) =>
      this.each(params, db, (param, value) => (n ? param.linearRampToValueAtTime(value, at) : param.setValueAtTime(value, at))));
  }

  each(params, db, act) {
    const top = MAX_FREQ_RATIO * this.context.sampleRate;
    this.filters.forEach((filter, band) => {
      act(filter.gain, params[GAINS[band]]);
      act(filter.frequency, Math.min(params[FREQS[band]], top));
      if (qIndex(band) >= 0) act(filter.Q, params[qIndex(band)]);
    });
    act(this.output.gain, 10 ** (db / 20));
  }
}

/** Where each parameter is on its way: `param.value` lags behind the audio thread, and a ramp needs its exact start. */
const ramps = new WeakMap();

/** Move a parameter to a value in a straight ramp, from where it is on its way. */
export function glide(param, value, now, seconds) {
  const ramp = ramps.get(param), at = now + LEAD_S;
  if (ramp?.goal === value) return;
  const moving = ramp && at < ramp.until;
  const here = !ramp ? param.value : moving ? ramp.from + ((ramp.goal - ramp.from) * (at - ramp.start)) / (ramp.until - ramp.start) : ramp.goal;
  if (moving && param.cancelAndHoldAtTime) param.cancelAndHoldAtTime(at);
  else {
    param.cancelScheduledValues(at);
    param.setValueAtTime(here, at);
  }
  param.linearRampToValueAtTime(value, at + seconds);
  ramps.set(param, { from: here, goal: value, start: at, until: at + seconds });
}
