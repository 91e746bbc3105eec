// A short loop to hear words on where there is no music at hand, made by the browser's own oscillators.

const RATE = 48000, BEAT_S = 0.5, BEATS = 16;
const CHORDS = [[45, 57, 60, 64, 67], [41, 53, 57, 60, 64], [48, 55, 60, 64, 71], [43, 55, 59, 62, 69]];
const hertz = (note) => 440 * 2 ** ((note - 69) / 12);

/** Four stems: `[{name, buffer}]`. */
export async function demoStems() {
  const stems = await Promise.all(Object.entries({ drums, bass, keys, lead }).map(async ([name, play]) => {
    const context = new OfflineAudioContext(2, RATE * BEAT_S * BEATS, RATE);
    play(context);
    return { name, buffer: await context.startRendering() };
  }));
  return stems;
}

function noise(context, seconds) {
  const buffer = context.createBuffer(1, RATE * seconds, RATE), data = buffer.getChannelData(0);
  let seed = 1;
  for (let i = 0; i < data.length; i++) data[i] = ((seed = (seed * 16807) % 2147483647) / 2147483647) * 2 - 1;
  return new AudioBufferSourceNode(context, { buffer });
}

function strike(context, source, at, seconds, level, to = context.destination, attack = 0.002) {
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(level, at + attack);
  gain.gain.exponentialRampToValueAtTime(1e-4, at + seconds);
  source.connect(gain).connect(to);
  source.start(at);
  source.stop(at + seconds + 0.01);
}

function tone(context, type, frequency, detune = 0) {
  return new OscillatorNode(context, { type, frequency, detune });
}

function drums(context) {
  for (let beat = 0; beat < BEATS; beat++) {
    const at = beat * BEAT_S, kick = tone(context, "sine", 150);
    kick.frequency.setValueAtTime(150, at);
    kick.frequency.exponentialRampToValueAtTime(48, at + 0.09);
    if (beat % 2 === 0) strike(context, kick, at, 0.32, 0.62);
    if (beat % 4 === 3) strike(context, tone(context, "sine", 60), at + BEAT_S / 2, 0.2, 0.3);
    if (beat % 2) {
      const body = new BiquadFilterNode(context, { type: "bandpass", frequency: 1900, Q: 0.6 });
      body.connect(context.destination);
      strike(context, noise(context, 0.25), at, 0.19, 0.55, body);
      strike(context, tone(context, "triangle", 190), at, 0.11, 0.24);
    }
    for (const part of [0, 0.5]) {
      const bright = new BiquadFilterNode(context, { type: "highpass", frequency: 7500 });
      const side = new StereoPannerNode(context, { pan: 0.25 });
      bright.connect(side).connect(context.destination);
      strike(context, noise(context, 0.1), at + part * BEAT_S, part ? 0.05 : 0.08, part ? 0.1 : 0.16, bright);
    }
  }
}

function bass(context) {
  const soft = new BiquadFilterNode(context, { type: "lowpass", frequency: 700 });
  soft.connect(context.destination);
  for (let beat = 0; beat < BEATS; beat++)
    for (const part of beat % 4 === 2 ? [0, 0.5] : [0]) {
      const note = CHORDS[Math.floor(beat / 4)][0] - 12 + (part ? 12 : 0);
      strike(context, tone(context, "sawtooth", hertz(note)), beat * BEAT_S + part * BEAT_S, 0.46, 0.24, soft, 0.006);
      strike(context, tone(context, "sine", hertz(note)), beat * BEAT_S + part * BEAT_S, 0.46, 0.24, soft, 0.006);
    }
}

function keys(context) {
  for (let bar = 0; bar < 4; bar++)
    CHORDS[bar].slice(1).forEach((note, n) => {
      const side = new StereoPannerNode(context, { pan: -0.5 + 0.33 * n });
      const soft = new BiquadFilterNode(context, { type: "lowpass", frequency: 4200 });
      soft.connect(side).connect(context.destination);
      for (const detune of [-6, 6]) strike(context, tone(context, "sawtooth", hertz(note), detune), bar * 4 * BEAT_S, 1.98, 0.042, soft, 0.05);
    });
}

function lead(context) {
  const line = [76, 0, 79, 76, 72, 0, 0, 74, 76, 79, 0, 83, 81, 0, 79, 0];
  const side = new StereoPannerNode(context, { pan: 0.3 });
  side.connect(context.destination);
  line.forEach((note, n) => {
    if (!note) return;
    strike(context, tone(context, "triangle", hertz(note)), n * BEAT_S, 0.42, 0.13, side, 0.008);
    strike(context, tone(context, "square", hertz(note + 12)), n * BEAT_S, 0.18, 0.025, side, 0.004);
  });
}
