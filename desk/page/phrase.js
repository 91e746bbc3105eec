// Phrases: what a user types, as weighted words; the grammar of semeq.words.phrase, whose tables come with the model.

const TOKEN = /[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?\s*%?|[,;+&*−]|-(?=[\s0-9])|\p{L}(?:[\p{L}\p{N}_'/.-]*[\p{L}\p{N}_/])?/gu;
const BETWEEN = /^[ \t\r\n.!?"'“”’()]*$/;
const LONGEST = 3;

export class PhraseError extends Error {}

/** The words and weights of a phrase: `[{word, weight}]`, `word` as `model.find` takes it. Throws `PhraseError`. */
export function parsePhrase(text, model) {
  const rules = model.grammar;
  if (text.length > rules.most_characters) throw new PhraseError(`the phrase has more than ${rules.most_characters} characters`);
  let weights = new Map();
  text.split(">").forEach((step, number) => {
    const whole = rules.whole[step.toLowerCase().trim().split(/\s+/).join(" ")];
    if (number && whole !== undefined) {
      for (const [word, weight] of weights) weights.set(word, weight * whole);
      return;
    }
    const tokens = tokensOf(step);
    if (!tokens.length) throw new PhraseError("the phrase is empty; name a word, such as warm");
    for (const [word, weight] of clauses(tokens, model))
      weights.set(word, (weights.get(word) ?? 0) + weight * (number ? rules.correction : 1));
  });
  if (weights.size > rules.most_parts) throw new PhraseError(`the phrase names ${weights.size} words; at most ${rules.most_parts} can be blended`);
  for (const [word, weight] of weights)
    if (Math.abs(weight) > rules.most_weight) throw new PhraseError(`${weight} times “${word}” is out of range: −${rules.most_weight} to ${rules.most_weight}`);
  return [...weights].filter(([, weight]) => Math.abs(weight) >= 1e-9).map(([word, weight]) => ({ word, weight: round(weight, 6) }));
}

/** Parts as a phrase that parses to them. */
export function phraseOf(parts, digits = 2) {
  const shown = parts.map(({ word, weight }) => [word, round(weight, digits)]).filter(([, weight]) => weight !== 0);
  if (shown.length === 1 && shown[0][1] === 1) return shown[0][0];
  return shown.map(([word, weight]) => `${weight < 0 ? "-" : "+"} ${Math.abs(weight)} ${word}`).join(" ").replace(/^\+ /, "") || "flat";
}

export const round = (value, digits) => Number(value.toFixed(digits));

function tokensOf(step) {
  const tokens = [], text = step.toLowerCase();
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    refuse(text.slice(end, match.index), text);
    tokens.push(match[0].trim());
    end = match.index + match[0].length;
  }
  refuse(text.slice(end), text);
  return tokens;
}

function refuse(between, text) {
  if (!BETWEEN.test(between)) throw new PhraseError(`“${between.trim()}” in “${text.trim()}” is not understood`);
}

function clauses(tokens, model) {
  const { amounts, signs, separators, fillers } = model.grammar;
  const found = [];
  let amount = 1, sign = 1, said = false, lastSign = 1, at = 0;
  while (at < tokens.length) {
    const word = longest(tokens, at, (name) => known(name, model));
    if (word) {
      found.push([word.value, amount * sign]);
      lastSign = sign, amount = 1, sign = 1, said = false, at += word.length;
      continue;
    }
    const way = longest(tokens, at, (name) => own(signs, name));
    if (way) {
      sign *= way.value, said = true, at += way.length;
      continue;
    }
    const much = longest(tokens, at, (name) => own(amounts, name));
    if (much) {
      amount *= much.value, said = true, at += much.length;
      continue;
    }
    const token = tokens[at];
    if (/^[0-9]/.test(token)) amount *= number(token), said = true;
    else if (separators.includes(token)) {
      if (token === "or" && !said) sign = lastSign;
    } else if (!fillers.includes(token)) throw new PhraseError(unknown(token, model));
    at += 1;
  }
  if (said || !found.length) throw new PhraseError("the phrase ends before its word");
  return found;
}

const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

function longest(tokens, at, find) {
  for (let length = Math.min(LONGEST, tokens.length - at); length > 0; length--) {
    const value = find(tokens.slice(at, at + length).join(" "));
    if (value !== undefined) return { length, value };
  }
  return null;
}

function known(name, model) {
  const { amounts, signs, separators, fillers } = model.grammar;
  if (own(amounts, name) !== undefined || own(signs, name) !== undefined || separators.includes(name) || fillers.includes(name)) return undefined;
  for (const candidate of [name, ...positives(name)]) {
    const found = model.find(candidate);
    if (found) return found.name;
  }
  return undefined;
}

/** What a comparative or superlative may come from. */
function positives(name) {
  for (const ending of ["er", "est"])
    if (name.endsWith(ending) && name.length > ending.length + 2) {
      const stem = name.slice(0, -ending.length), doubled = stem.length > 2 && stem.at(-1) === stem.at(-2);
      return [stem, `${stem}e`, ...(stem.endsWith("i") ? [`${stem.slice(0, -1)}y`] : []), ...(doubled ? [stem.slice(0, -1)] : [])];
    }
  return [];
}

function number(token) {
  const value = Number(token.replace(/[% ]+$/, "").replace(",", "."));
  return token.endsWith("%") ? value / 100 : value;
}

/** A sentence about a word that is not known, with the nearest that are. */
export function unknown(token, model) {
  const near = model.words.map((word) => [edits(token, word.name), word.name]).filter(([n, name]) => n <= Math.max(1, name.length / 3));
  near.sort((a, b) => a[0] - b[0]);
  const hint = near.length ? `; nearest: ${near.slice(0, 3).map(([, name]) => name).join(", ")}` : "";
  return `“${token}” is not a word of this model${hint}`;
}

function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
}
