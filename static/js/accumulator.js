// How successive values of a result add up on the page; folds happen on the server.
export class Accumulator {
  #append;
  #keep;
  #empty;
  value;

  constructor({ accumulate, keep }, empty = []) {
    this.#append = accumulate === "append";
    this.#keep = keep;
    this.#empty = empty;
    this.clear();
  }

  get appends() {
    return this.#append;
  }

  add(value) {
    this.value = this.#append ? [...this.value, ...(Array.isArray(value) ? value : [value])].slice(-this.#keep) : value;
    return this.value;
  }

  clear() {
    this.value = this.#append ? [] : this.#empty;
  }
}
