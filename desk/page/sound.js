// Sound: tracks, transport, and the equaliser as the browser's own five biquads. No DSP is written here.

import { FREQS, GAINS, MAX_FREQ_RATIO, RATE_HZ, SHELF_Q, logGrid, phasesOf, power, qIndex } from "./response.js";

const TYPES = ["lowshelf", "peaking", "peaking", "peaking", "highshelf"];
/** A change is heard within this; shorter would click, longer would lag behind the hand. */
export const RAMP_S = 0.02;
/** What is scheduled begins this much later, so that the audio thread has not passed it. */
const LEAD_S = 0.004;
const FADE_S = 0.012;
const USUAL_RATE_HZ = 48000;

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

function glide(param, value, now, seconds) {
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

/**
 * How much louder music gets through an EQ, from its spectrum as BS.1770 weighs it, without gates; 0 where there is none.
 * That is quick enough to follow a hand, and within half a dB of the meter on music.
 */
export class Loudness {
  constructor() {
    this.grid = logGrid(256, 20, 20000);
    this.phases = phasesOf(this.grid);
    this.energy = new Float64Array(256);
    this.total = 0;
  }

  /** Take the K-weighted spectrum of buffers that sound together. */
  listen(buffers) {
    this.energy.fill(0);
    if (!buffers.length) return void (this.total = 0);
    const size = 8192, rate = buffers[0].sampleRate, length = Math.max(...buffers.map((b) => b.length));
    const window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    const count = Math.max(1, Math.min(60, Math.floor(length / size))), re = new Float64Array(size), im = new Float64Array(size);
    const perBin = new Float64Array(size / 2);
    for (let n = 0; n < count; n++) {
      const start = Math.floor((n * Math.max(length - size, 0)) / Math.max(count - 1, 1));
      re.fill(0), im.fill(0);
      for (const buffer of buffers) {
        const left = buffer.getChannelData(0), right = buffer.getChannelData(Math.min(1, buffer.numberOfChannels - 1));
        for (let i = 0; i < size && start + i < buffer.length; i++) (re[i] += left[start + i] * window[i]), (im[i] += right[start + i] * window[i]);
      }
      fft(re, im);
      for (let k = 1; k < size / 2; k++) {
        // Two real channels in one complex transform: their powers add up to this.
        perBin[k] += (re[k] ** 2 + im[k] ** 2 + re[size - k] ** 2 + im[size - k] ** 2) / 2;
      }
    }
    for (let k = 1; k < size / 2; k++) {
      const hz = (k * rate) / size;
      if (hz < 20 || hz > 20000) continue;
      const at = Math.round((255 * Math.log(hz / 20)) / Math.log(1000));
      this.energy[at] += perBin[k] * kWeight(hz);
    }
    this.total = this.energy.reduce((a, b) => a + b, 0);
  }

  /** Change of loudness in dB through a setting. */
  change(params) {
    if (!this.total) return 0;
    const gain = power(params, this.phases, RATE_HZ);
    let after = 0;
    for (let i = 0; i < gain.length; i++) after += gain[i] * this.energy[i];
    return 10 * Math.log10(after / this.total);
  }
}

/** Power gain of BS.1770's K-weighting: its two filters at 48 kHz (annex 1, tables 1 and 2). */
function kWeight(hz) {
  const phi = Math.sin((Math.PI * Math.min(hz, 23999)) / 48000) ** 2;
  const of = (b, a) => gainOf(b, phi) / gainOf(a, phi);
  return of([1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585]) *
    of([1, -2, 1], [1, -1.99004745483398, 0.99007225036621]);
}

const gainOf = ([b0, b1, b2], phi) => (b0 + b1 + b2) ** 2 - 4 * phi * (b0 * b1 + 4 * b0 * b2 + b1 * b2 - 4 * phi * b0 * b2);

/** In-place complex FFT, radix 2. */
function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let size = 2; size <= n; size <<= 1) {
    const angle = (-2 * Math.PI) / size, half = size >> 1;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(angle * k), s = Math.sin(angle * k);
      for (let i = k; i < n; i += size) {
        const j = i + half, x = re[j] * c - im[j] * s, y = re[j] * s + im[j] * c;
        re[j] = re[i] - x, im[j] = im[i] - y, re[i] += x, im[i] += y;
      }
    }
  }
}

/** Tracks and transport. */
export class Player {
  constructor() {
    this.tracks = [];
    this.loudness = new Loudness();
    this.playing = false;
    this.position = 0;
    this.loop = { on: true, start: 0, end: 0 };
    this.comparing = false;
    this.armed = false;
    this.target = null;
    this.listeners = new Set();
  }

  listen(listener) {
    this.listeners.add(listener);
  }

  tell(what) {
    for (const listener of this.listeners) listener(what);
  }

  /** The audio context, made at the first need: browsers want a gesture before sound. */
  open() {
    if (this.context) return this.context;
    const context = (this.context = new AudioContext({ latencyHint: "interactive", sampleRate: this.rate ?? USUAL_RATE_HZ }));
    this.bus = new GainNode(context);
    this.chain = new Chain(context);
    this.wet = new GainNode(context);
    this.dry = new GainNode(context, { gain: 0 });
    this.before = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0.82, minDecibels: -110 });
    this.after = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0.82, minDecibels: -110 });
    this.bus.connect(this.chain.input);
    this.bus.connect(this.before);
    this.bus.connect(this.dry).connect(context.destination);
    this.chain.output.connect(this.wet).connect(context.destination);
    this.chain.output.connect(this.after);
    if (this.target) this.chain.jump(this.target.params, this.target.db);
    return context;
  }

  get duration() {
    return this.tracks.reduce((longest, track) => Math.max(longest, track.buffer.duration), 0);
  }

  /** Decode a file. All runs at the rate of the first one, so that the filters are those of its render. */
  async decode(bytes) {
    this.rate ??= rateOf(new DataView(bytes));
    // An offline context decodes before there was any gesture.
    return new OfflineAudioContext(2, 1, this.rate).decodeAudioData(bytes);
  }

  add(track) {
    this.rate ??= track.buffer.sampleRate;
    this.tracks.push({ muted: false, solo: false, ...track });
    this.heard();
    this.tell("tracks");
    if (this.playing) this.restart();
  }

  remove(track) {
    this.tracks = this.tracks.filter((t) => t !== track);
    this.heard();
    this.tell("tracks");
    if (!this.tracks.length) this.close();
    else if (this.playing) this.restart();
  }

  /** Nothing is left to play: what comes next may have another rate. */
  close() {
    this.pause();
    this.context?.close();
    this.context = this.rate = null;
    this.position = 0;
  }

  audible(track) {
    return this.tracks.some((t) => t.solo) ? track.solo : !track.muted;
  }

  /** Solo and mute follow the buttons; the loudness is that of what sounds. */
  heard() {
    for (const track of this.tracks)
      if (track.gain) track.gain.gain.setTargetAtTime(this.audible(track) ? 1 : 0, this.context.currentTime, FADE_S / 3);
    const buffers = this.tracks.filter((t) => this.audible(t)).map((t) => t.buffer);
    this.loudness.listen(buffers);
    this.peak = peakOf(buffers);
    if (this.wanted) this.aim(this.wanted);
  }

  /** Play a setting from now on: `{params, output_db, level_match, bypass}`. */
  aim(wanted, seconds = RAMP_S) {
    this.wanted = wanted;
    const change = this.loudness.change(wanted.params);
    const db = wanted.bypass ? 0 : wanted.output_db + (wanted.level_match ? -change : 0);
    this.target = { params: wanted.params, db };
    // The original is played as loud as what it is compared with; both are turned down where it would clip.
    this.difference = this.loudness.total ? change + db : 0;
    const trim = this.armed ? Math.min(0, -(this.peak + Math.max(this.difference, 0))) : 0;
    if (!this.context) return;
    this.chain.move(wanted.params, db, seconds);
    const now = this.context.currentTime;
    glide(this.wet.gain, this.comparing ? 0 : 10 ** (trim / 20), now, FADE_S);
    glide(this.dry.gain, this.comparing ? 10 ** ((trim + this.difference) / 20) : 0, now, FADE_S);
  }

  /** Hear the original, as loud as the processed sound. */
  compare(on) {
    this.comparing = on;
    this.armed = true;
    if (this.wanted) this.aim(this.wanted);
    this.tell("compare");
  }

  async play() {
    if (!this.tracks.length) return;
    const context = this.open();
    if (context.state !== "running") await context.resume();
    this.playing = true;
    if (this.position >= this.duration - 0.01) this.position = 0;
    this.restart();
    this.tell("play");
  }

  pause() {
    if (this.playing) this.position = this.now();
    this.playing = false;
    this.stopSources();
    this.tell("play");
  }

  seek(seconds) {
    this.position = Math.min(Math.max(seconds, 0), this.duration);
    if (this.playing) this.restart();
    this.tell("seek");
  }

  setLoop(loop) {
    Object.assign(this.loop, loop);
    if (this.playing) {
      this.position = this.now();
      this.restart();
    }
    this.tell("loop");
  }

  loopEnds() {
    const chosen = this.loop.end > this.loop.start;
    return chosen ? [this.loop.start, Math.min(this.loop.end, this.duration)] : [0, this.duration];
  }

  now() {
    if (!this.playing) return this.position;
    const [start, end] = this.loopEnds();
    let at = this.position + (this.context.currentTime - this.began);
    if (this.loop.on && at > end && this.position < end) at = start + ((at - start) % (end - start));
    return Math.max(0, Math.min(at, this.duration));
  }

  restart() {
    this.stopSources();
    const context = this.context, [start, end] = this.loopEnds();
    if (this.loop.on && this.position >= end) this.position = start;
    this.began = context.currentTime + 0.005;
    for (const track of this.tracks) {
      const source = new AudioBufferSourceNode(context, { buffer: track.buffer, loop: this.loop.on, loopStart: start, loopEnd: Math.min(end, track.buffer.duration) });
      track.gain = new GainNode(context, { gain: 0 });
      track.gain.gain.setTargetAtTime(this.audible(track) ? 1 : 0, this.began, FADE_S / 3);
      source.connect(track.gain).connect(this.bus);
      if (this.position < track.buffer.duration) source.start(this.began, this.position);
      track.source = source;
    }
    const { source } = this.tracks.reduce((a, b) => (a.buffer.duration > b.buffer.duration ? a : b));
    source.onended = () => {
      if (!this.playing || source.left) return; // stopped by hand, and perhaps begun anew
      this.position = this.duration;
      this.playing = false;
      this.tell("play");
    };
  }

  stopSources() {
    for (const track of this.tracks) {
      if (!track.source) continue;
      track.source.left = true;
      const { source, gain } = track, now = this.context.currentTime;
      gain.gain.setTargetAtTime(0, now, FADE_S / 3);
      try {
        source.stop(now + 2 * FADE_S);
      } catch {
        // Never started: its track is shorter than the position.
      }
      track.source = track.gain = null;
    }
  }
}

/** The sample rate of WAV and FLAC files, as their headers have it; of others the usual one of music. */
export function rateOf(view) {
  const text = (at, count) => String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, count));
  let rate = 44100;
  if (view.byteLength > 44 && text(8, 4) === "WAVE" && text(12, 4) === "fmt ") rate = view.getUint32(24, true);
  else if (view.byteLength > 42 && text(0, 4) === "fLaC") rate = view.getUint32(18) >>> 12;
  return rate >= 8000 && rate <= 96000 ? rate : USUAL_RATE_HZ;
}

/** Sample peak of buffers together, in dBFS: an upper bound where there are several. */
function peakOf(buffers) {
  let sum = 0;
  for (const buffer of buffers) {
    let peak = 0;
    for (let c = 0; c < buffer.numberOfChannels; c++) for (const v of buffer.getChannelData(c)) if (v > peak || -v > peak) peak = Math.abs(v);
    sum += peak;
  }
  return 20 * Math.log10(Math.max(sum, 1e-6));
}

/** Peaks for a waveform: the loudest sample of each of `count` stretches, of all tracks together. */
export function peaksOf(buffers, count) {
  const length = Math.max(...buffers.map((b) => b.length)), peaks = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    const from = Math.floor((n * length) / count), to = Math.floor(((n + 1) * length) / count), step = Math.max(1, Math.floor((to - from) / 200));
    let peak = 0;
    for (let i = from; i < to; i += step) {
      let sum = 0;
      for (const buffer of buffers) if (i < buffer.length) sum += buffer.getChannelData(0)[i];
      if (Math.abs(sum) > peak) peak = Math.abs(sum);
    }
    peaks[n] = peak;
  }
  return peaks;
}
