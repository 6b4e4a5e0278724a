// Agreeing on one connection's sections: one offer after the other, and wishes that come meanwhile are one offer more.
export class Negotiation {
  #offer;
  #again = false;
  #running = null;
  #isOver = false;
  #end;
  // A browser never settles what it was asked of a connection that is closed meanwhile: nobody must wait for that.
  #over = new Promise((_, reject) => (this.#end = reject));

  /** `offer()` makes one offer and takes its answer. */
  constructor(offer) {
    this.#offer = offer;
    this.#over.catch(() => {});
  }

  /** Whether an offer failed that is still needed. */
  get isOwed() {
    return this.#again && !this.#running;
  }

  /** Agree on the sections as they are now; rejects when an offer fails, or the connection is given up. */
  start() {
    this.#again = true;
    this.#running ??= this.#offerWhileWanted().finally(() => (this.#running = null));
    return Promise.race([this.#running, this.#over]);
  }

  /** The connection is given up. */
  end() {
    this.#isOver = true;
    this.#end(new Error("stopped"));
  }

  async #offerWhileWanted() {
    while (this.#again && !this.#isOver) {
      this.#again = false;
      try {
        await this.#offer();
      } catch (error) {
        this.#again = true; // its sections are still to be agreed on
        throw error;
      }
    }
  }
}
