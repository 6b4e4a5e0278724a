// Says state changes to screen readers: the words only, never figures that keep changing.
export class Announcer {
  #element;
  #last = "";

  constructor(element) {
    this.#element = element;
  }

  say(text) {
    if (text === this.#last) return;
    this.#last = text;
    this.#element.textContent = text;
  }
}
