// Holds results until the picture they belong to is on the screen; without a clock they show on arrival.
const HELD_AT_MOST = 300;
const PICTURE_IS_OLD_MS = 300;

export class ResultClock {
  #held = [];
  #deliver;
  #lastPicture = -Infinity;
  #hasClock = false;

  constructor(deliver) {
    this.#deliver = deliver;
  }

  arrived(result) {
    const pictureIsOld = performance.now() - this.#lastPicture > PICTURE_IS_OLD_MS;
    if (result.rtp === null || !this.#hasClock || pictureIsOld) return this.#deliverAll([...this.#held.splice(0), result], true);
    this.#held.push(result);
    if (this.#held.length > HELD_AT_MOST) this.#deliverAll([this.#held.shift()], true);
  }

  pictureShown(rtp) {
    this.#lastPicture = performance.now();
    this.#hasClock = rtp !== null;
    if (!this.#hasClock) return;
    const due = this.#held.findIndex((result) => isAfter(result.rtp, rtp));
    this.#deliverAll(this.#held.splice(0, due === -1 ? this.#held.length : due), false);
  }

  reset() {
    this.#held = [];
  }

  #deliverAll(results, estimated) {
    for (const result of results) this.#deliver(result, estimated);
  }
}

/** RTP timestamps are 32 bits and wrap. */
export function isAfter(one, other) {
  return ((one - other) | 0) > 0;
}
