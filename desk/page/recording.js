// What is to be known of a recording: its rate, and its outline.

/** What music has where a file does not say, or says something that browsers do not take. */
export const USUAL_RATE_HZ = 48000;

/** The sample rate of WAV and FLAC files, as their headers have it; of others the usual one of music. */
export function rateOf(view) {
  const text = (at, count) => String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, count));
  let rate = 44100;
  if (view.byteLength > 44 && text(8, 4) === "WAVE" && text(12, 4) === "fmt ") rate = view.getUint32(24, true);
  else if (view.byteLength > 42 && text(0, 4) === "fLaC") rate = view.getUint32(18) >>> 12;
  return rate >= 8000 && rate <= 96000 ? rate : USUAL_RATE_HZ;
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
