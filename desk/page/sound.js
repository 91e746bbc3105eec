// Sound: tracks, transport, and what is heard of them.

import { Chain, RAMP_S, glide } from "./chain.js";
import { Loudness, peakOf } from "./loudness.js";
import { USUAL_RATE_HZ, rateOf } from "./recording.js";

const FADE_S = 0.012;

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
