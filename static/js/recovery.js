// The way back from a loss, for every kind of session: what is worth trying again, what is not, and how often.
import { pause } from "./events.js";
import { ATTEMPTS, retryDelay } from "./retry.js";
import { Refusal } from "./signalling.js";

// After these the same session, or a fresh one like it, goes on without a click.
export const RECOVERABLE = new Set(["lost", "restart", "left", "failed", "offline", "unreachable", "timeout", "not_ready", "session_unknown"]);

// After these trying again changes nothing.
export const FINAL = new Set(["not_allowed", "signed_out", "session_limit", "processor_unavailable", "not_installed", "not_found", "protocol_version"]);

// The server knows nothing of the session any more: only a new one like it can go on.
const FORGOTTEN = new Set(["session_unknown", "bad_message", "not_found"]);

/** The one path back from any loss: the same session if the server still has it, else a new one like it. */
export class Recovery {
  #steps;
  #signal = null;

  /**
   * `resume()` claims the session again, `connect(signal)` gives it a new connection, `open(signal)` opens and connects a new
   * one, `arrive(signal)` waits until it works; `isFinal(code)` says after what trying again is in vain.
   */
  constructor(steps) {
    this.#steps = steps;
  }

  get isUnderWay() {
    return this.#signal !== null && !this.#signal.aborted;
  }

  /** Try on the common schedule; throw what ended it. */
  async run(signal) {
    this.#signal = signal;
    try {
      await this.#untilBack(signal);
    } finally {
      if (this.#signal === signal) this.#signal = null;
    }
  }

  async #untilBack(signal) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await pause(retryDelay(attempt));
      signal.throwIfAborted();
      if (await this.#isBack(signal)) return;
    }
    throw new Refusal({ code: "connection_lost", message: "" });
  }

  async #isBack(signal) {
    try {
      await this.#resumeOrOpen(signal);
      await this.#steps.arrive(signal);
      signal.throwIfAborted();
      return true;
    } catch (error) {
      if (signal.aborted || this.#steps.isFinal(error.code)) throw error;
      return false;
    }
  }

  async #resumeOrOpen(signal) {
    try {
      await this.#steps.resume();
      await this.#steps.connect(signal);
    } catch (error) {
      if (!FORGOTTEN.has(error.code)) throw error;
      await this.#steps.open(signal);
    }
  }
}
