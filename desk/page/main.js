// The page put together: what the hand does to the state, and what the state does to map, curve and sound.

import "./vendor/d3-delaunay.js";
import { Equaliser } from "./equaliser.js";
import { bind } from "./hands.js";
import { WordMap } from "./map.js";
import { loadModel } from "./model.js";
import { Music } from "./music.js";
import { PhraseBox } from "./phrasebox.js";
import { phraseOf } from "./phrase.js";
import { Remote } from "./remote.js";
import { curve, scaled } from "./response.js";
import { Sheets } from "./sheets.js";
import { Player } from "./sound.js";
import { Space } from "./space.js";
import { Store, fromFragment, toFragment } from "./state.js";

const $ = (id) => document.getElementById(id);
const PATH_POINTS = 33, SWEEP_S = 4, LINK_AFTER_MS = 250, DESCRIBE_AFTER_MS = 90;
const percent = (weight) => `${Math.round(100 * weight)} %`;

class Desk {
  constructor(model, about) {
    this.about = about;
    this.space = new Space(model);
    this.linked = location.hash.length > 1;
    this.store = new Store(fromFragment(location.hash));
    this.player = new Player();
    this.places = new Map();
    this.paths = new Map();
    this.map = new WordMap($("map"), model, {
      word: (word, keys) => this.takeWord(word, keys),
      drag: (parts, at) => this.drag(parts, at),
      drop: () => this.drop(),
    });
    this.equaliser = new Equaliser($("response"), {
      change: (params) => this.store.set({ hand: params, to: null, morph: 0, bypass: false }, { moving: true }),
      done: () => this.store.settle(),
    });
    this.music = new Music(this.player, {
      say: (text) => this.say(text),
      upload: (file) => (this.remote && !about.live ? this.remote.upload(file) : null),
      added: () => this.showButtons(),
    });
    this.box = new PhraseBox($("phrase"), $("offers"), this.space, (text, moving) => this.takePhrase(text, moving));
    this.sheets = new Sheets(this);
    this.player.listen((what) => what === "tracks" && this.player.rate && this.equaliser.setRate(this.player.rate));
    this.store.listen((state, before, from) => this.follow(state, from));
    bind(this);
    this.checkStart();
    this.remote = about.server ? new Remote(this) : null;
    this.showButtons();
    this.follow(this.store.state, "start");
    this.animate();
  }

  /** A link may name a word that this model does not know. */
  checkStart() {
    for (const name of ["semantic", "to"]) {
      const text = this.store.state[name];
      try {
        if (text) this.space.understand(text);
      } catch (error) {
        if (name === "semantic" && this.about.server) this.unknown = text; // the server may know it
        else this.say(error.message);
        this.store.set({ [name]: name === "to" ? null : "warm" });
      }
    }
  }

  // --------------------------------------------------------------------------------------------- what the hand does

  /** Click: go to the word, by a morph from where the sound is. With shift: the target, and the morph stays. */
  takeWord(word, { shift }) {
    const { state } = this.store;
    const arming = this.arming;
    this.arm(null);
    if (arming === "from") return this.store.set({ semantic: word.name, hand: null });
    if (shift || arming === "to") return this.store.set({ to: word.name, morph: state.to ? state.morph : 0.5, hand: null });
    if (state.hand || (!state.to && state.semantic === word.name)) return this.store.set({ semantic: word.name, to: null, morph: 0, hand: null });
    if (!this.touched && !state.to) return this.first(word);
    const from = state.to && state.morph >= 0.5 ? state.to : state.semantic;
    if (from === word.name) return this.store.set({ semantic: word.name, to: null, morph: 0, hand: null });
    this.morphTo(from, word.name);
  }

  /** The first click is a word by itself: nothing was chosen before that it could come from. */
  first(word) {
    this.touched = true;
    this.store.set({ semantic: word.name, to: null, morph: 0, hand: null });
  }

  morphTo(from, to) {
    this.touched = true;
    this.store.set({ semantic: from, to, morph: 1, hand: null });
  }

  takePhrase(text, moving) {
    try {
      this.space.understand(text);
    } catch (error) {
      if (moving) return false;
      if (this.link?.open) this.remote.look(text); // the server has a thesaurus, and a sentence for what it lacks too
      else this.wrong(error.message);
      return false;
    }
    this.touched = true;
    this.store.set({ semantic: text, to: null, morph: 0, hand: null }, { moving });
    return true;
  }

  /** The point is dragged: the words around it, blended. */
  drag(parts, at) {
    if (!parts.length) return;
    this.touched = true;
    this.dragged = this.space.follow(parts, this.dragged);
    const text = phraseOf(parts);
    this.space.understood.set(text, { parts, latent: this.dragged, errorDb: 0, curve: curve(this.space.model.decode(this.dragged)), quick: true });
    this.places.set(text, at);
    this.store.set({ semantic: text, to: null, morph: 0, hand: null }, { moving: true });
  }

  drop() {
    const { semantic } = this.store.state;
    this.dragged = null;
    if (this.space.understood.get(semantic)?.quick) this.space.understood.delete(semantic);
    this.store.settle();
    this.follow(this.store.state, "drop");
  }

  arm(which) {
    this.arming = which;
    $("from").classList.toggle("armed", which === "from");
    $("towards").classList.toggle("armed", which === "to");
    document.body.classList.toggle("arming", !!which);
  }

  sweep() {
    const { state } = this.store;
    if (!state.to || this.sweeping) return void (this.sweeping = null);
    const began = performance.now();
    this.sweeping = (now) => {
      const part = Math.min((now - began) / 1000 / SWEEP_S, 1);
      this.store.set({ morph: part }, { moving: part < 1 });
      if (part === 1) this.sweeping = null;
    };
  }

  // ------------------------------------------------------------------------------------------ what the state does

  follow(state, from) {
    let base;
    try {
      base = this.space.setting(state);
    } catch (error) {
      return this.wrong(error.message);
    }
    const heard = scaled(base, state.bypass ? 0 : state.intensity);
    this.base = base, this.heard = heard;
    this.player.aim({ params: heard, output_db: state.output_db, level_match: state.level_match, bypass: state.bypass });
    this.equaliser.show({ base, heard, intensity: state.intensity, ghost: state.bypass ? scaled(base, state.intensity) : null });
    this.showMap(state);
    this.showControls(state);
    this.showMeaning(state);
    if (from !== "server" && from !== "start") this.remote?.tell(state);
    clearTimeout(this.linking);
    this.linking = setTimeout(() => history.replaceState(null, "", toFragment(state)), LINK_AFTER_MS);
    if (!state.hand && from !== "server") this.remote?.ask(state);
  }

  showMap(state) {
    const parts = state.hand ? [] : this.space.understand(state.semantic).parts;
    const single = parts.length === 1 && parts[0].weight === 1 ? parts[0].word.split("/")[0] : null;
    if (state.to && !state.hand) {
      const path = this.pathOf(state.semantic, state.to), along = state.morph * (path.length - 1), n = Math.min(Math.floor(along), path.length - 2);
      const at = [0, 1].map((i) => path[n][i] + (along - n) * (path[n + 1][i] - path[n][i]));
      return this.map.show({ at, from: single, to: state.to, parts, path });
    }
    this.map.show({ at: this.placeOf(state), from: single, parts });
  }

  placeOf(state) {
    if (state.hand) return this.space.place(curve(state.hand));
    const word = this.space.model.find(state.semantic);
    if (word && word.latent === word.word.latent) return [word.word.x, word.word.y];
    return this.places.get(state.semantic) ?? this.space.place(this.space.understand(state.semantic).curve);
  }

  /** Where a morph leads on the map: the places of the curves on its way, smoothed, from end to end. */
  pathOf(from, to) {
    const key = `${from}\n${to}`;
    if (this.paths.has(key)) return this.paths.get(key);
    const ends = [from, to].map((semantic) => this.placeOf({ semantic }));
    let path = Array.from({ length: PATH_POINTS }, (_, n) => this.space.place(curve(this.space.model.decode(this.space.between(from, to, n / (PATH_POINTS - 1))))));
    for (let pass = 0; pass < 24; pass++) {
      path[0] = ends[0], path[PATH_POINTS - 1] = ends[1];
      path = path.map((p, n) => (n && n < PATH_POINTS - 1 ? [0, 1].map((i) => (path[n - 1][i] + 2 * p[i] + path[n + 1][i]) / 4) : p));
    }
    this.paths.set(key, path);
    return path;
  }

  showControls(state) {
    const hand = !!state.hand;
    $("from").textContent = hand ? "your setting" : state.semantic;
    $("towards").textContent = state.to ?? "second word";
    $("towards").classList.toggle("none", !state.to);
    for (const id of ["swap", "clear", "sweep"]) $(id).disabled = !state.to;
    $("morph").disabled = !state.to;
    for (const id of ["morph", "intensity", "output_db"]) if (Number($(id).value) !== state[id]) $(id).value = state[id];
    const shown = { morph: percent(state.morph), intensity: percent(state.intensity), output_db: `${state.output_db > 0 ? "+" : state.output_db < 0 ? "−" : ""}${Math.abs(state.output_db).toFixed(1)} dB` };
    for (const [id, text] of Object.entries(shown)) {
      $(id).nextElementSibling.textContent = text;
      const part = (state[id] - $(id).min) / ($(id).max - $(id).min), rest = id === "output_db" ? 0.5 : 0;
      $(id).style.setProperty("--low", Math.min(part, rest));
      $(id).style.setProperty("--high", Math.max(part, rest));
      $(id).setAttribute("aria-valuetext", text);
    }
    for (const id of ["level_match", "adaptive", "bypass"]) $(id).checked = state[id];
    document.body.classList.toggle("bypassed", state.bypass);
    $("undo").disabled = !this.store.past.length && this.store.settled === this.store.state;
    $("redo").disabled = !this.store.future.length;
    if (document.activeElement !== $("phrase")) $("phrase").value = hand ? "" : state.to ? "" : state.semantic;
    $("phrase").placeholder = hand ? "your setting; type a word to leave it" : state.to ? `${state.semantic} → ${state.to}` : "warm and a bit airy";
  }

  showMeaning(state) {
    const box = $("meaning");
    box.classList.remove("wrong");
    clearTimeout(this.describing);
    if (state.hand) {
      box.textContent ||= "Your setting";
      this.describing = setTimeout(() => {
        const { parts, errorDb } = this.space.describe(this.base);
        const words = parts.map((p) => `${percent(p.weight)} ${p.word}`).join(" + ");
        box.textContent = words ? `That is ${words}${errorDb > 1 ? `, within ${errorDb.toFixed(1)} dB` : ""}` : "That is flat";
      }, DESCRIBE_AFTER_MS);
      return;
    }
    if (state.to) return void (box.textContent = state.morph === 0 ? `At ${state.semantic}; ${state.to} is at the other end` : state.morph === 1 ? `At ${state.to}, from ${state.semantic}` : `${percent(state.morph)} of the way from ${state.semantic} to ${state.to}`);
    if (!this.touched && !this.linked) return void (box.textContent = "Click a word to hear it, a second one to morph to it, or drag the point between words.");
    const found = this.space.understand(state.semantic), single = this.space.model.find(state.semantic);
    if (single) box.textContent = aboutWord(single.word);
    else box.textContent = `${found.parts.map((p) => `${percent(p.weight).replace("-", "−")} ${p.word}`).join(" + ").replaceAll("+ −", "− ") || "flat"}${found.errorDb > 1 ? `; five bands follow within ${found.errorDb.toFixed(1)} dB` : ""}`;
  }

  wrong(text) {
    $("meaning").textContent = text;
    $("meaning").classList.add("wrong");
  }

  say(text, kind = "") {
    const toast = $("toast");
    toast.textContent = text;
    toast.className = `on ${kind}`;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (toast.className = ""), 6000);
  }

  /** The connection, where there is a server. */
  get link() {
    return this.remote?.link;
  }

  /** A word was saved: load the words anew. */
  async renew() {
    this.space = new Space(await loadModel());
    this.box.space = this.space;
    this.paths.clear();
    this.map.renew(this.space.model);
    this.follow(this.store.state, "server");
  }

  showButtons() {
    $("save").hidden = !this.about.server;
    $("render").hidden = !this.about.server || this.about.live;
    $("adaptive-row").hidden = !this.about.server;
  }

  animate() {
    const bins = { before: null, after: null };
    let drawn = false;
    const frame = (now) => {
      this.sweeping?.(now);
      const { player } = this;
      if (player.playing) {
        for (const side of ["before", "after"]) player[side].getFloatFrequencyData((bins[side] ??= new Float32Array(player[side].frequencyBinCount)));
        this.equaliser.spectrum(bins.before, bins.after, player.context.sampleRate);
        drawn = true;
      } else if (drawn) {
        this.equaliser.spectrum(null);
        drawn = false;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }
}

function aboutWord(word) {
  const who = word.own ? "your own word" : word.people > 1 ? `${word.people} people` : word.people === 1 ? "one person" : "handbooks";
  const how = word.tilt < -1 ? "darker" : word.tilt > 1 ? "brighter" : "";
  const ways = word.schools.length > 1 && word.contested ? `people disagree: ${word.schools.map((s, n) => `${word.name}/${n + 1} (${s.name})`).join(", ")}` : "";
  return [`${word.name}: ${who}`, how, word.low ? "low evidence" : "", ways].filter(Boolean).join(" · ");
}

async function start() {
  try {
    const [model, about] = await Promise.all([loadModel(), fetch("desk.json").then((r) => r.json())]);
    globalThis.desk = new Desk(model, about);
    document.body.classList.add("ready");
  } catch (error) {
    document.getElementById("meaning").textContent = `The page could not start: ${error.message}`;
    throw error;
  }
}

start();
