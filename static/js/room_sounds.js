// The sound of everybody else: one element for each, beside the tiles, so that it goes on when a tile is hidden.
import { emit } from "./events.js";
import { recall } from "./storage.js";

export class Sounds extends EventTarget {
  #players = new Map();
  #sink = recall("device.audiooutput", "");

  /** `tracks` are those of kind audio: { participant, source, track }. */
  show(tracks) {
    const wanted = new Map(tracks.map((each) => [`${each.participant} ${each.source}`, each.track]));
    for (const key of [...this.#players.keys()]) if (!wanted.has(key)) this.#remove(key);
    for (const [key, track] of wanted) this.#play(key, track);
  }

  /** After a click the browser lets all of them be heard. */
  async enable() {
    await Promise.all([...this.#players.values()].map((player) => player.play().catch(() => {})));
  }

  async setSink(id) {
    this.#sink = id;
    await Promise.all([...this.#players.values()].map((player) => player.setSinkId?.(id).catch(() => {})));
  }

  #play(key, track) {
    const player = this.#players.get(key) ?? this.#add(key);
    if (player.srcObject?.getTracks()[0] === track) return;
    player.srcObject = new MediaStream([track]);
    player.play().catch((error) => error.name === "NotAllowedError" && emit(this, "blocked"));
  }

  #add(key) {
    const player = new Audio();
    if (this.#sink) player.setSinkId?.(this.#sink).catch(() => {});
    this.#players.set(key, player);
    return player;
  }

  #remove(key) {
    this.#players.get(key).srcObject = null;
    this.#players.delete(key);
  }
}
