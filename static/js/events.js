/** Parts do not call each other: they say what happened, studio.js connects them. */
export function emit(target, type, detail = {}) {
  target.dispatchEvent(new CustomEvent(type, { detail }));
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolve with the first such event, or reject after the deadline. */
export function once(target, type, deadlineMs, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${type} within ${deadlineMs} ms`)), deadlineMs);
    signal?.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
    target.addEventListener(type, (event) => resolve(event.detail), { once: true, signal });
    signal?.addEventListener("abort", () => clearTimeout(timer), { once: true });
    target.addEventListener(type, () => clearTimeout(timer), { once: true });
  });
}
