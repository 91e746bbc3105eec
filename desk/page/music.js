// The bottom of the page: waveform, transport, stems, files.

import { peaksOf } from "./recording.js";

/** wavesurfer.js writes its height into a style element, and the page allows the very one with this height. */
const WAVE_PX = 48;
/** Browsers decode a file as a whole: a stereo hour takes 1.3 GB. */
const MOST_DECODED_BYTES = 1.5e9;
const PEAKS = 1600, MOST_BYTES = 1 << 30;
const $ = (id) => document.getElementById(id);
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

export class Music {
  /** @param on {say(text), upload(file) → track number, added()} */
  constructor(player, on) {
    this.player = player, this.on = on;
    this.wave = null;
    /** Names of the server's tracks by number, also of those that this browser cannot play. */
    this.known = new Map();
    $("play").onclick = () => this.toggle();
    $("ab").onclick = () => player.compare(!player.comparing);
    $("loop").onclick = () => player.setLoop({ on: !player.loop.on });
    $("choose").onclick = () => $("files").click();
    $("demo").onclick = () => this.demo();
    $("files").onchange = () => this.take([...$("files").files]);
    player.listen((what) => this.follow(what));
    this.listenToDrops();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    const tick = () => {
      if (player.playing) this.showTime();
      requestAnimationFrame(tick);
    };
    tick();
  }

  toggle() {
    if (this.player.playing) this.player.pause();
    else if (this.player.tracks.length) this.player.play();
    else this.demo();
  }

  async demo() {
    const { demoStems } = await import("./demo.js");
    for (const stem of await demoStems()) this.player.add({ ...stem, demo: true });
    this.on.added();
    await this.player.play();
  }

  /** Take files that were dropped or chosen. */
  async take(files) {
    const audio = files.filter((f) => /^audio\//.test(f.type) || /\.(wav|wave|flac|aiff?|mp3|ogg|opus|caf|w64|rf64)$/i.test(f.name)).sort((a, b) => a.name.localeCompare(b.name));
    if (!audio.length) return this.on.say(files.length ? "That is not audio. Drop WAV, FLAC, AIFF, MP3, Ogg or Opus." : "There is no audio in that folder.");
    this.forgetDemo();
    this.uploading = true;
    for (const file of audio) {
      if (file.size > MOST_BYTES) this.on.say(`${file.name} is larger than 1 GB: name it on the command line instead.`);
      else await this.one(file, audio.length);
    }
    this.uploading = false;
    await this.fetchAll(this.later ?? []);
    this.on.added();
  }

  async one(file, count) {
    let number = null;
    try {
      number = await this.on.upload(file);
      if (number !== null) this.known.set(number, file.name);
    } catch (error) {
      return this.on.say(error.message);
    }
    try {
      const bytes = number === null ? await file.arrayBuffer() : await this.fetched(number);
      this.player.add({ name: file.name, muted: this.isMix(file.name, count), buffer: await this.player.decode(bytes), number });
    } catch {
      this.on.say(`${file.name} cannot be decoded by this browser.`);
    }
  }

  /** Tracks of the server that are not here yet. */
  async fetchAll(tracks) {
    // The server tells of a file before the page knows that it is its own.
    this.later = this.uploading ? tracks : null;
    if (this.uploading) return;
    for (const { track, name, ...form } of tracks) {
      if (this.known.has(track)) continue;
      this.known.set(track, name);
      if (form.duration_s * Math.max(form.sample_rate_hz, 44100) * form.channels * 4 > MOST_DECODED_BYTES) {
        this.on.say(`${name} is too long to be heard in a browser; it can still be rendered.`);
        continue;
      }
      try {
        this.player.add({ name, number: track, muted: this.isMix(name, tracks.length), buffer: await this.player.decode(await this.fetched(track)) });
      } catch {
        this.on.say(`${name} cannot be played by this browser; it can still be rendered.`);
      }
    }
    this.on.added();
  }

  async fetched(track) {
    const answer = await fetch(`tracks/${track}`);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.arrayBuffer();
  }

  /** A mix beside its stems would sound twice. */
  isMix(name, others) {
    return others > 1 && /^(mix|mixdown|master|bounce)\b/i.test(name);
  }

  forget(track) {
    this.known.delete(track.number);
    this.player.remove(track);
  }

  forgetDemo() {
    for (const track of this.player.tracks.filter((t) => t.demo)) this.forget(track);
  }

  listenToDrops() {
    let depth = 0;
    const mark = (on) => document.body.classList.toggle("dropping", on);
    addEventListener("dragenter", (event) => {
      event.preventDefault();
      depth++;
      mark(true);
    });
    addEventListener("dragleave", () => mark((depth = Math.max(0, depth - 1)) > 0));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", async (event) => {
      event.preventDefault();
      depth = 0;
      mark(false);
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      const files = entries.some((e) => e.isDirectory) ? (await Promise.all(entries.map(below))).flat() : [...event.dataTransfer.files];
      this.take(files);
    });
  }

  follow(what) {
    const { player } = this;
    if (what === "tracks") {
      clearTimeout(this.showing);
      this.showing = setTimeout(() => this.showTracks(), 120);
    }
    if (what === "play") $("play").classList.toggle("playing", player.playing), $("play").setAttribute("aria-label", player.playing ? "Pause" : "Play");
    if (what === "compare") {
      $("ab").setAttribute("aria-pressed", player.comparing);
      $("ab").setAttribute("aria-label", player.comparing ? "Hearing B, the original" : "Hearing A, the equaliser");
    }
    if (what === "loop") {
      $("loop").setAttribute("aria-pressed", player.loop.on);
      if (this.region && player.loop.end <= player.loop.start) this.regions.clearRegions();
    }
    this.showTime();
  }

  showTime() {
    const now = this.player.now(), duration = this.player.duration;
    $("time").textContent = `${clock(now)} / ${clock(duration)}`;
    if (this.wave && duration) this.wave.setTime(now);
  }

  async showTracks() {
    // Loaded with the first music: without it the page needs none of it.
    const [{ default: WaveSurfer }, { default: Regions }] = await Promise.all([import("./vendor/wavesurfer.js"), import("./vendor/regions.js")]);
    const { tracks } = this.player, heard = tracks.filter((t) => this.player.audible(t)), buffers = (heard.length ? heard : tracks).map((t) => t.buffer);
    $("empty").hidden = tracks.length > 0;
    $("sound").classList.toggle("loaded", tracks.length > 0);
    $("stems").replaceChildren(...tracks.map((track) => this.row(track)));
    this.wave?.destroy();
    this.wave = null;
    if (!tracks.length) return;
    const colours = this.colours();
    this.wave = WaveSurfer.create({
      container: $("wave"), height: WAVE_PX, peaks: [peaksOf(buffers, PEAKS)], duration: this.player.duration,
      normalize: true, barWidth: 2, barGap: 1, barRadius: 2, cursorWidth: 2, ...colours,
    });
    this.regions = this.wave.registerPlugin(Regions.create());
    this.regions.enableDragSelection({ color: colours.region });
    this.regions.on("region-created", (region) => {
      for (const other of this.regions.getRegions()) if (other !== region) other.remove();
      this.region = region;
      this.player.setLoop({ on: true, start: region.start, end: region.end });
    });
    this.regions.on("region-updated", (region) => this.player.setLoop({ start: region.start, end: region.end }));
    this.regions.on("region-double-clicked", (region, event) => {
      event.stopPropagation();
      region.remove();
      this.region = null;
      this.player.setLoop({ start: 0, end: 0 });
    });
    this.wave.on("interaction", (seconds) => this.player.seek(seconds));
  }

  colours() {
    // A canvas knows no light-dark(): let the style sheet work the colours out.
    const probe = document.body.appendChild(document.createElement("i"));
    const of = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    queueMicrotask(() => probe.remove());
    return { waveColor: of("--wave"), progressColor: of("--accent"), cursorColor: of("--text"), region: of("--region") };
  }

  colour() {
    this.wave?.setOptions(this.colours());
  }

  row(track) {
    const row = document.createElement("li"), name = document.createElement("span");
    name.textContent = track.name;
    name.title = track.name;
    const button = (label, text, on, act) => {
      const element = document.createElement("button");
      element.textContent = text;
      element.setAttribute("aria-label", `${label} ${track.name}`);
      element.title = label;
      if (on !== null) element.setAttribute("aria-pressed", on);
      element.onclick = () => {
        act();
        element.setAttribute("aria-pressed", text === "S" ? track.solo : track.muted);
        this.player.heard();
      };
      return element;
    };
    row.append(
      button("Solo", "S", track.solo, () => (track.solo = !track.solo)),
      button("Mute", "M", track.muted, () => (track.muted = !track.muted)),
      name,
      Object.assign(button("Remove", "×", null, () => {}), { onclick: () => this.forget(track), className: "remove" }),
    );
    return row;
  }
}

/** The files of a dropped folder, of all levels. */
async function below(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    found.push(...some.filter((e) => !e.name.startsWith(".")));
  }
  return (await Promise.all(found.map(below))).flat();
}
