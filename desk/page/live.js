// The panel of a live host: meters, load, what knobs do.

import { el } from "./sheets.js";

const FLOOR_DB = -60;

export class LivePanel {
  constructor(box, desk) {
    this.box = box, this.desk = desk;
    box.hidden = false;
    document.body.classList.add("live");
    this.meter = { in: el("div", { class: "meter" }), out: el("div", { class: "meter" }) };
    this.line = el("p", { class: "note" });
    this.knobs = el("ul", { class: "knobs", "aria-label": "What knobs do" });
    box.append(el("div", { class: "meters" }, el("span", {}, "in"), this.meter.in, el("span", {}, "out"), this.meter.out), this.line, this.knobs);
    for (const id of ["morph", "intensity", "output_db", "bypass", "level_match", "adaptive"]) {
      const row = document.getElementById(id).closest("label");
      row.addEventListener("contextmenu", (event) => {
        event.preventDefault();
        desk.link.send("learn", { control: id });
      });
      row.title = "Right-click, then turn a knob: MIDI learn";
    }
  }

  hello({ mappings = [] }) {
    this.showKnobs(mappings);
  }

  showKnobs(mappings) {
    this.knobs.replaceChildren(...mappings.map((text) => el("li", {}, text)));
  }

  learning({ control, state, mappings, message }) {
    if (mappings) this.showKnobs(mappings);
    this.desk.say(message ?? (state === "waiting" ? `Turn the knob for ${control} now` : `${control} is learnt`));
  }

  meters({ levels, share, xruns, midi, description, notice }) {
    for (const [n, side] of ["in", "out"].entries()) {
      const bars = this.meter[side];
      while (bars.children.length < levels[n].length) bars.append(el("i"));
      levels[n].forEach((db, channel) => {
        bars.children[channel].style.setProperty("--level", Math.max(0, Math.min(1, 1 - db / FLOOR_DB)));
        bars.children[channel].classList.toggle("over", db >= 0);
      });
    }
    this.line.textContent = `${description} · ${(100 * share).toFixed(1)} % of the block · ${xruns} xruns · ${midi} MIDI${notice ? ` · ${notice}` : ""}`;
  }
}
