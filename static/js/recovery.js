// The way back from a loss, for every kind of session: what is worth trying again, what is not, and how often.
import { pause } from "./events.js";
import { ATTEMPTS, retryDelay } from "./retry.js";

// After these the same session, or a fresh one like it, goes on without a click.
export const RECOVERABLE = new Set(["lost", "restart", "left", "failed", "offline", "unreachable", "timeout", "not_ready", "session_unknown"]);

// After these trying again changes nothing.
export const FINAL = new Set(["not_allowed", "signed_out", "session_limit", "processor_unavailable", "not_installed", "not_found", "protocol_version"]);

/** Call `step` on the common schedule until it resolves with true, or is aborted. */
export async function untilBack(step, signal) {
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
    await pause(retryDelay(attempt));
    if (signal.aborted || (await step())) return;
  }
}
