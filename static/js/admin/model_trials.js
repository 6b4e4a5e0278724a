// Asks for trials of a description and follows them until all are over.
import { goneWords } from "./model_gone.js";

const ASK_AFTER_MS = 400;

export class Trials extends EventTarget {
  constructor(address) {
    super();
    this.address = address;
    this.round = 0;
    this.page = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  }

  /** Tell the server the form as it is; what an earlier round still finds out is not shown any more. */
  async begin(form) {
    const round = ++this.round;
    const body = new FormData(form);
    body.set("page", this.page); // what this page asked for before need not be tried any more
    const response = await fetch(this.address, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const told = await response?.json().catch(() => null);
    if (round !== this.round) return;
    if (goneWords(response)) {
      this.#tell("gone", { words: goneWords(response) });
      return;
    }
    if (!told || told.errors || !response.ok) {
      this.#tell("refused", { errors: told?.errors ?? null });
      return;
    }
    this.#tell("begun", told);
    const trials = [...told.current, ...told.variants.map((variant) => variant.trial)];
    this.#follow(round, new Set(trials.filter((trial) => !trial.over).map((trial) => trial.id)));
  }

  async #follow(round, waiting) {
    while (waiting.size && round === this.round) {
      await new Promise((done) => { setTimeout(done, ASK_AFTER_MS); });
      const response = await fetch(`${this.address}?ids=${[...waiting].join(",")}`).catch(() => null);
      const told = (await response?.json().catch(() => null)) ?? { trials: [] };
      if (round !== this.round) return;
      if (goneWords(response)) {
        this.#tell("gone", { words: goneWords(response) });
        return;
      }
      for (const trial of (told.trials ?? []).filter((each) => each.over)) {
        waiting.delete(trial.id);
        this.#tell("trial", trial);
      }
    }
    if (round === this.round) this.#tell("over", {});
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
