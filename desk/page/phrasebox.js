// The box for words and phrases, which offers words as they are typed.

const MOST_OFFERS = 8, PAUSE_MS = 450;

export class PhraseBox {
  /** @param take(text, moving) Take a phrase; false where it is not understood. */
  constructor(input, list, space, take) {
    this.input = input, this.list = list, this.space = space, this.take = take;
    this.chosen = -1;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter();
    });
  }

  typed() {
    this.offer();
    clearTimeout(this.pause);
    const text = this.input.value.trim();
    if (text) this.pause = setTimeout(() => this.take(text, true), PAUSE_MS);
  }

  enter() {
    clearTimeout(this.pause);
    const text = this.input.value.trim();
    this.close();
    if (text && this.take(text, false)) this.input.select();
  }

  /** The word that is being typed, and where it begins. */
  get last() {
    const begin = this.input.value.search(/[^\s,;+>]*$/);
    return { begin, text: this.input.value.slice(begin).toLowerCase() };
  }

  offer() {
    const { text } = this.last;
    const known = this.space.model.words.filter((w) => text && w.name.startsWith(text) && w.name !== text);
    known.sort((a, b) => b.own - a.own || b.term - a.term || b.people - a.people);
    this.chosen = -1;
    this.list.replaceChildren(...known.slice(0, MOST_OFFERS).map((word, n) => {
      const item = document.createElement("li");
      item.id = `offer-${n}`;
      item.role = "option";
      item.textContent = word.name;
      item.setAttribute("aria-selected", "false");
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        this.complete(word.name);
        this.enter();
      });
      return item;
    }));
    this.open(this.list.children.length > 0);
  }

  open(is) {
    this.list.hidden = !is;
    this.input.setAttribute("aria-expanded", is);
    if (!is) this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.open(false);
  }

  complete(word) {
    this.input.value = this.input.value.slice(0, this.last.begin) + word;
  }

  key(event) {
    const items = [...this.list.children];
    if (event.key === "Escape") {
      this.close();
      this.input.blur();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      this.chosen = (this.chosen + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((item, n) => item.setAttribute("aria-selected", n === this.chosen));
      this.input.setAttribute("aria-activedescendant", items[this.chosen].id);
    } else if ((event.key === "Tab" || event.key === "Enter") && this.chosen >= 0 && !this.list.hidden) {
      event.preventDefault();
      this.complete(items[this.chosen].textContent);
      this.close();
      if (event.key === "Enter") this.enter();
    }
  }
}
