// The state as something for elsewhere: a command line, Python, a preset, the text of another EQ.

import { BANDS, FREQS, GAINS, SHELF_Q, qIndex } from "./response.js";

const number = (value) => String(Number(value.toFixed(4)));

/** The command that renders the same, to the bit. */
export function commandLine(state, files, out = "semeq-out") {
  const parts = ["semeq", "process", ...(files.length ? files.map(quoted) : ["FILES"]), "--semantic", quoted(state.semantic)];
  if (state.to) parts.push("--to", quoted(state.to), "--morph", number(state.morph));
  if (state.intensity !== 1) parts.push("--intensity", number(state.intensity));
  if (state.output_db) parts.push("--output-db", number(state.output_db));
  if (state.level_match) parts.push("--level-match");
  if (state.adaptive) parts.push("--adaptive");
  if (files.length > 1) parts.push("--stems");
  if (out !== "semeq-out") parts.push("--out", quoted(out));
  return `${parts.join(" ")}\n`;
}

/** A word for a POSIX shell. */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function pythonLines(state) {
  const options = [JSON.stringify(state.semantic)];
  if (state.to) options.push(`to=${JSON.stringify(state.to)}`, `morph=${number(state.morph)}`);
  if (state.intensity !== 1) options.push(`intensity=${number(state.intensity)}`);
  if (state.output_db) options.push(`output_db=${number(state.output_db)}`);
  for (const name of ["bypass", "level_match", "adaptive"]) if (state[name]) options.push(`${name}=True`);
  return `from semeq.plugin import SemanticEQ\n\neq = SemanticEQ(${options.join(", ")})\nout = eq(audio, sample_rate)\n`;
}

export function presetText(state) {
  const lines = ['format = "1.0"', `semantic = ${JSON.stringify(state.semantic)}`];
  if (state.to) lines.push(`to = ${JSON.stringify(state.to)}`);
  if (state.to || state.morph) lines.push(`morph = ${float(state.morph)}`);
  lines.push(`intensity = ${float(state.intensity)}`, `output_db = ${float(state.output_db)}`);
  for (const name of ["bypass", "level_match", "adaptive"]) if (state[name]) lines.push(`${name} = true`);
  return `${lines.join("\n")}\n`;
}

const float = (value) => (Number.isInteger(Number(number(value))) ? `${number(value)}.0` : number(value));

/** Equalizer APO's text, which AutoEq's readers take too; the same as semeq writes. */
export function apoText(params, db, title) {
  const lines = title ? [`# semeq: ${title}`] : [];
  lines.push(`Preamp: ${db.toFixed(2).replace("-0.00", "0.00")} dB`);
  const kinds = ["LSC", "PK", "PK", "PK", "HSC"];
  BANDS.forEach((_, band) => {
    const hz = params[FREQS[band]], q = qIndex(band) < 0 ? SHELF_Q : params[qIndex(band)], guarded = hz > 0.49 * 32000;
    if (guarded) lines.push(`If: sampleRate >= ${Math.ceil(hz / 0.49)}`);
    lines.push(`Filter ${band + 1}: ON ${kinds[band]} Fc ${places(hz, 2)} Hz Gain ${notThree(places(params[GAINS[band]], 4))} dB Q ${notThree(places(q, 5))}`);
    if (guarded) lines.push("EndIf:");
  });
  return `${lines.join("\n")}\n`;
}

const places = (value, digits) => {
  const text = value.toFixed(digits).replace(/0+$/, "").replace(/\.$/, "");
  return text === "-0" || text === "" ? "0" : text;
};
/** Equalizer APO takes exactly three decimals for a separator of thousands. */
const notThree = (text) => (text.split(".")[1]?.length === 3 ? `${text}0` : text);
