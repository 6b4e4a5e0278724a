// When which step of a session was reached, counted from the click on Start.
export class Phases {
  #start = 0;
  #marks = [];

  begin() {
    this.#start = performance.now();
    this.#marks = [];
  }

  mark(name) {
    if (this.#marks.some((mark) => mark.name === name)) return;
    this.#marks.push({ name, ms: Math.round(performance.now() - this.#start) });
  }

  list() {
    return this.#marks.map((mark) => ({ ...mark }));
  }
}
