// Buttons, sliders, search and keys.

import { fromFragment } from "./state.js";

const $ = (id) => document.getElementById(id);

/** Connect buttons, sliders, search and keys to a desk. */
export function bind(desk) {
  const { store } = desk;
  for (const id of ["morph", "intensity", "output_db"]) {
    $(id).addEventListener("input", () => store.set({ [id]: Number($(id).value) }, { moving: true }));
    $(id).addEventListener("change", () => store.settle());
    $(id).addEventListener("dblclick", () => store.set({ [id]: id === "intensity" ? 1 : 0 }));
  }
  for (const id of ["level_match", "adaptive", "bypass"]) $(id).addEventListener("change", () => store.set({ [id]: $(id).checked }));
  const acts = {
    undo: () => store.undo(), redo: () => store.redo(), sweep: () => desk.sweep(),
    from: () => desk.arm(desk.arming === "from" ? null : "from"),
    towards: () => desk.arm(desk.arming === "to" ? null : "to"),
    clear: () => store.set({ to: null, morph: 0 }),
    swap: () => store.set({ semantic: store.state.to, to: store.state.semantic, morph: 1 - store.state.morph }),
    closer: () => desk.map.zoomAt(1.5), farther: () => desk.map.zoomAt(1 / 1.5), whole: () => desk.map.wholeMap(),
    copy: () => desk.sheets.copy(), save: () => desk.sheets.save(), render: () => desk.sheets.render(), help: () => desk.sheets.help(),
    theme: () => turnTheme(desk),
  };
  for (const [id, act] of Object.entries(acts)) $(id).addEventListener("click", act);
  const spanish = desk.space.model.words.some((w) => w.language !== "en");
  $("languages").hidden = !spanish;
  $("spanish").addEventListener("change", () => desk.map.setLanguages($("spanish").checked ? ["en", "es"] : ["en"]));
  $("find").addEventListener("input", () => desk.map.filter($("find").value));
  $("find").addEventListener("keydown", (event) => {
    if (event.key === "Escape") $("find").value = "", desk.map.filter("");
    if (event.key !== "Enter") return;
    const wanted = $("find").value.trim().toLowerCase();
    const found = desk.space.model.find(wanted)?.word ?? desk.space.model.words.find((w) => w.name.startsWith(wanted));
    if (!wanted || !found) return desk.wrong(`There is no word “${wanted}” on the map`);
    desk.map.reveal(found);
    desk.takeWord(found, { shift: event.shiftKey });
  });
  addEventListener("keydown", (event) => key(event, desk));
  addEventListener("hashchange", () => store.set({ ...fromFragment(location.hash) }));
  const theme = localStorage.getItem("semeq-theme");
  if (theme) document.documentElement.dataset.theme = theme;
}

function turnTheme(desk) {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("semeq-theme", document.documentElement.dataset.theme);
  desk.music.colour();
}

function key(event, desk) {
  const typing = event.target.matches?.("input:not([type=range]):not([type=checkbox]), textarea, select"), { store } = desk;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) (event.preventDefault(), event.shiftKey ? store.redo() : store.undo());
  else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y" && !typing) (event.preventDefault(), store.redo());
  if (typing || event.ctrlKey || event.metaKey || event.altKey || $("sheet").open) return;
  const keys = {
    " ": () => desk.music.toggle(),
    x: () => desk.player.compare(!desk.player.comparing),
    b: () => store.set({ bypass: !store.state.bypass }),
    v: () => store.set({ level_match: !store.state.level_match }),
    l: () => desk.player.setLoop({ on: !desk.player.loop.on }),
    m: () => desk.sweep(),
    "/": () => $("phrase").focus(),
    "?": () => desk.sheets.help(),
    "[": () => store.set({ morph: store.state.morph - 0.05 }),
    "]": () => store.set({ morph: store.state.morph + 0.05 }),
    ",": () => store.set({ intensity: store.state.intensity - 0.05 }),
    ".": () => store.set({ intensity: store.state.intensity + 0.05 }),
    Escape: () => desk.arm(null),
  };
  const act = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!act || (event.key === " " && event.target.matches?.("button, [role=switch]"))) return;
  event.preventDefault();
  act();
}
