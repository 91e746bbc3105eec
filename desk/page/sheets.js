// The dialogs: copy, save, render, help.

import { apoText, commandLine, presetText, pythonLines } from "./copy.js";
import { phraseOf } from "./phrase.js";
import { toFragment } from "./state.js";

const sheet = document.getElementById("sheet");

/** An element: `el("button", {class: "main", onclick: act}, "Render")`. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export class Sheets {
  constructor(desk) {
    this.desk = desk;
    sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  }

  open(title, ...content) {
    const head = el("header", {}, el("h2", { id: "sheet-title" }, title), el("button", { class: "icon", "aria-label": "Close", onclick: () => sheet.close() }, "×"));
    sheet.replaceChildren(head, ...content);
    if (!sheet.open) sheet.showModal();
  }

  // ------------------------------------------------------------------------------------------------------- copy

  copy() {
    const { state } = this.desk.store, byHand = "A setting made by hand has no words of its own yet.";
    const files = this.desk.player.tracks.filter((t) => !t.demo && !t.muted).map((t) => t.name);
    const texts = {
      "Command": state.hand ? null : commandLine(state, files, this.desk.remote?.out),
      "Python": state.hand ? null : pythonLines(state),
      "Preset": state.hand ? null : presetText(state),
      "EQ text": apoText(this.desk.heard, this.desk.store.state.output_db, this.title()),
      "Link": new URL(toFragment(state), location.href).href,
    };
    const text = el("textarea", { readonly: true, rows: 9, spellcheck: "false", "aria-label": "Text to copy", id: "copied" });
    const formats = el("select", { "aria-label": "Format of the EQ text", hidden: true }, ...["apo", ...(this.desk.remote?.formats ?? []).filter((f) => f !== "apo")].map((f) => el("option", {}, f)));
    const note = el("p", { class: "note" });
    const tabs = Object.keys(texts).map((name) => el("button", { role: "tab", "aria-selected": "false", onclick: () => choose(name) }, name));
    const choose = async (name) => {
      tabs.forEach((tab) => tab.setAttribute("aria-selected", tab.textContent === name));
      formats.hidden = name !== "EQ text" || !this.desk.remote;
      const needsWords = texts[name] === null;
      text.value = needsWords ? "" : texts[name];
      note.replaceChildren();
      if (needsWords) note.append(byHand, " ", this.desk.about.server ? "Save it as a word first, or take the EQ text." : "Take the EQ text, or the words it is nearest to.");
      else if (name === "Command" && files.length) note.append("Run it in the folder of these files. It renders what Render renders, to the bit.");
      else if (name === "Link" && this.desk.about.server) note.append("It works while this desk runs; the part after # works on any desk page.");
      else if (name === "EQ text" && state.level_match) note.append("The preamp holds the output level only: another program does not match levels by itself.");
    };
    formats.addEventListener("change", async () => {
      try {
        const message = { format: formats.value, setting: Array.from(this.desk.heard), output_db: state.output_db, title: this.title() };
        text.value = (await this.desk.link.ask("eq-text", message, "eq-text")).text;
      } catch (error) {
        note.textContent = error.message;
      }
    });
    const take = el("button", { class: "main", onclick: async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
      } catch {
        document.execCommand("copy");
      }
      take.textContent = "Copied";
      setTimeout(() => (take.textContent = "Copy"), 1500);
    } }, "Copy");
    this.open("Copy", el("div", { role: "tablist", class: "tabs" }, ...tabs), formats, text, note, el("div", { class: "row" }, take));
    choose(state.hand ? "EQ text" : "Command");
  }

  title() {
    const { state } = this.desk.store;
    if (state.hand) return "made by hand";
    return state.to ? `${state.semantic} → ${state.to}` : state.semantic;
  }

  // ------------------------------------------------------------------------------------------------------- save

  save() {
    const { desk } = this, { state } = desk.store, found = desk.space.describe(desk.base);
    const name = el("input", { id: "save-name", maxlength: 40, required: true, spellcheck: "false", placeholder: "vocals ok" });
    const asWord = el("input", { type: "radio", name: "kind", checked: true }), asPreset = el("input", { type: "radio", name: "kind", disabled: !!state.hand });
    const note = el("p", { class: "note", role: "status" }), button = el("button", { class: "main" }, "Save");
    let overwrite = false;
    name.addEventListener("input", () => ((overwrite = false), (button.textContent = "Save")));
    const form = el("form", { class: "form", onsubmit: async (event) => {
      event.preventDefault();
      try {
        const fields = asPreset.checked ? { name: name.value, overwrite } : { name: name.value, setting: Array.from(desk.base), about: this.about(), overwrite };
        if (asPreset.checked) desk.link.send("change", { controls: { ...state, hand: undefined }, hand: null });
        const saved = await desk.link.ask(asPreset.checked ? "save-preset" : "save-word", fields, "saved");
        sheet.close();
        desk.say(`Saved the ${saved.what} “${saved.name}”.`);
        if (saved.what === "word") {
          await desk.renew();
          desk.store.set({ semantic: saved.name, to: null, morph: 0, hand: null });
        }
      } catch (error) {
        note.textContent = error.message;
        if (/already|exists/.test(error.message)) (overwrite = true), (button.textContent = "Replace it");
      }
    } },
      el("p", {}, found.parts.length ? `What you hear is ${phraseOf(found.parts)}.` : "What you hear is flat."),
      el("label", { for: "save-name" }, "Name"), name,
      el("div", { class: "row" }, el("label", { class: "check" }, asWord, " a word of your own"), el("label", { class: "check" }, asPreset, " a preset")),
      note, el("div", { class: "row" }, button));
    this.open("Save", form);
    name.focus();
  }

  about() {
    const { state } = this.desk.store;
    if (!state.hand) return state.to ? `${state.semantic} to ${state.to}, ${Math.round(state.morph * 100)} %` : state.semantic;
    return `by hand; ${phraseOf(this.desk.space.describe(this.desk.base).parts)}`;
  }

  // ----------------------------------------------------------------------------------------------------- render

  render() {
    const { desk } = this, { state } = desk.store, tracks = [...desk.music.known].map(([number, name]) => ({ number, name, muted: desk.player.tracks.find((t) => t.number === number)?.muted }));
    if (!tracks.length) return this.open("Render", el("p", {}, desk.player.tracks.length ? "The demo is made in the page. Drop files of your own to render them." : "Drop files on the page first."));
    const boxes = tracks.map((track) => el("input", { type: "checkbox", checked: !track.muted, value: track.number }));
    const stems = el("input", { type: "checkbox", checked: tracks.length > 1 }), replace = el("input", { type: "checkbox" });
    const bar = (this.bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Rendered" }));
    const done = el("ul", { class: "done", "aria-live": "polite" });
    const start = el("button", { class: "main", id: "start-render", onclick: async () => {
      const numbers = boxes.filter((b) => b.checked).map((b) => Number(b.value));
      start.hidden = true, stop.hidden = false, bar.hidden = false;
      bar.removeAttribute("value");
      done.replaceChildren();
      try {
        const { files, stopped } = await desk.link.ask("render", { tracks: numbers, controls: { ...state, hand: undefined }, hand: state.hand, stems: stems.checked && numbers.length > 1, replace: replace.checked }, "rendered");
        done.replaceChildren(...(stopped ? [el("li", {}, "Stopped; nothing unfinished was left behind.")] : files.map((file) => this.outcome(file))));
      } catch (error) {
        done.replaceChildren(el("li", { class: "wrong" }, error.message));
      }
      start.hidden = false, stop.hidden = true, bar.hidden = true;
    } }, "Render");
    const stop = el("button", { hidden: true, onclick: () => desk.link.send("stop") }, "Stop");
    const what = state.hand ? "your setting" : state.to ? `${state.semantic} → ${state.to} at ${Math.round(100 * state.morph)} %` : state.semantic;
    const extras = [`intensity ${Math.round(100 * state.intensity)} %`, state.output_db ? `output ${state.output_db} dB` : "", state.level_match && !state.hand ? "matched loudness" : "", state.adaptive && !state.hand ? "adaptive" : ""].filter(Boolean).join(", ");
    this.open("Render",
      el("p", {}, el("b", {}, what), ` · ${extras}`),
      el("ul", { class: "checks" }, ...tracks.map((track, n) => el("li", {}, el("label", { class: "check" }, boxes[n], ` ${track.name}`)))),
      el("div", { class: "row" }, el("label", { class: "check", hidden: tracks.length < 2 }, stems, " stems of one mix: one gain"), el("label", { class: "check" }, replace, " replace what is there")),
      el("p", { class: "note" }, "Into ", el("code", {}, desk.remote.out), ", in each file's own format, as ", el("code", {}, "semeq process"), " does. What is muted is not ticked; solo and loop are for listening only."),
      bar, done, el("div", { class: "row" }, start, stop));
  }

  outcome(file) {
    if (file.status !== "done") return el("li", { class: "wrong" }, file.error || file.status);
    const gain = file.gain_db ? `, ${file.gain_db > 0 ? "+" : "−"}${Math.abs(file.gain_db).toFixed(1)} dB` : "";
    return el("li", {}, `${file.output}: peak ${file.peak_dbfs.toFixed(1)} dBFS${gain}`);
  }

  progress({ done, total }) {
    if (this.bar) this.bar.value = total ? done / total : 0;
  }

  // ------------------------------------------------------------------------------------------------------- help

  help() {
    const keys = [
      ["Click a word", "go to it, by a morph from where you are"], ["Shift click", "make it the target; the morph stays"],
      ["Drag the point", "mix the words around it"], ["Wheel, pinch, + −", "zoom: more words"], ["Drag a handle", "shape the curve; Shift or wheel: Q"],
      ["Space", "play, pause"], ["X", "original at the same loudness"], ["B", "bypass"], ["V", "level match"], ["L", "loop"], ["M", "sweep the morph"],
      ["[ ]", "morph"], [", .", "intensity"], ["/", "type a phrase"], ["Ctrl Z, Ctrl Shift Z", "undo, redo"],
    ];
    this.open("Keys and gestures", el("dl", { class: "keys" }, ...keys.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)])));
  }
}
