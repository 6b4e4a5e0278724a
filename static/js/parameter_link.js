// Changes on their way to the server: merged, throttled, numbered; the answer to an old number does not move a slider.
import { emit } from "./events.js";

const EVERY_MS = 40;
// Over the socket the server lets only so many messages a second through, and other requests need some of them.
const EVERY_MS_BY_SOCKET = 100;

export class ParameterLink extends EventTarget {
  #session;
  #pending = {};
  #number = 0;
  #timer = null;

  constructor(session) {
    super();
    this.#session = session;
  }

  change(values) {
    Object.assign(this.#pending, values);
    if (this.#timer === null) this.#flush();
  }

  acknowledged({ number, values, errors }) {
    const newest = number === this.#number && !Object.keys(this.#pending).length;
    emit(this, "accepted", { values: newest ? values : {}, errors: newest ? errors : {} });
  }

  #flush() {
    this.#timer = null;
    if (!Object.keys(this.#pending).length) return;
    const values = this.#pending;
    this.#pending = {};
    const isDirect = this.#sendDirectly(values, (this.#number += 1));
    if (!isDirect) this.#request(values, this.#number);
    this.#timer = setTimeout(() => this.#flush(), isDirect ? EVERY_MS : EVERY_MS_BY_SOCKET);
  }

  /** A file travels by name over the socket, because the web process holds its bytes. */
  #sendDirectly(values, number) {
    const hasFile = Object.values(values).some((value) => value !== null && typeof value === "object" && !Array.isArray(value));
    return !hasFile && this.#session.sendParameters(values, number);
  }

  async #request(values, number) {
    try {
      const answer = await this.#session.requestParameters(values, number);
      if (answer) this.acknowledged(answer);
    } catch (error) {
      if (error.message) emit(this, "accepted", { values: {}, errors: blame(values, error.message) });
    }
  }
}

function blame(values, message) {
  return Object.fromEntries(Object.keys(values).map((name) => [name, message]));
}
