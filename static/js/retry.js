// When to try again: quickly at first, then patiently, about 45 seconds in all.
const DELAYS_MS = [0, 300, 1200, 2700, 4800, 7000, 7000, 7000, 7000, 7000];
const SPREAD = 0.2; // so that all visitors of a restarted server do not come in the same moment
const RESTART_SPREAD_MS = 2000;

export const ATTEMPTS = DELAYS_MS.length;

export function retryDelay(attempt, { afterRestart = false } = {}) {
  if (attempt === 0 && afterRestart) return Math.random() * RESTART_SPREAD_MS;
  const delay = DELAYS_MS[Math.min(attempt, ATTEMPTS - 1)];
  return delay * (1 - SPREAD + Math.random() * 2 * SPREAD);
}
