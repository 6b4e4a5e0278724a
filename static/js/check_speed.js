// How much goes through each way, up to what the best picture needs: padded pings over the data channel.
import { pause } from "./events.js";

const EVERY_MS = 20; // under the worker's limit of messages a second
const PIECE_BYTES = 12_000;
const OUTSTANDING = 24;
// At first so many, then one more for each that came back: a narrow way must not be filled for long.
const FIRST = 4;
const LASTS_MS = 2000;
const GRACE_MS = 400;
const DRAIN_MS = 4000;
// Beyond this the pieces above are the limit, not the network.
export const ENOUGH_BITS = 3.5e6;

/** Returns { up, down } in bits a second, by what arrived. */
export async function measureSpeed(path) {
  return { up: await oneWay(path, { padding: "x".repeat(PIECE_BYTES) }), down: await oneWay(path, { reply_bytes: PIECE_BYTES }) };
}

async function oneWay(path, message) {
  const stop = new AbortController();
  const begun = performance.now();
  let [sent, back, lastAt] = [0, 0, begun];
  path.listen(({ type, time }) => {
    if (type !== "pong" || time < begun) return;
    back += 1;
    lastAt = performance.now();
  }, stop.signal);
  const timer = setInterval(() => {
    if (sent - back >= Math.min(OUTSTANDING, FIRST + back) || performance.now() - begun > LASTS_MS) return;
    if (path.send({ type: "ping", time: performance.now(), ...message })) sent += 1;
  }, EVERY_MS);
  await pause(LASTS_MS + GRACE_MS);
  clearInterval(timer);
  const bits = (back * PIECE_BYTES * 8) / Math.max(0.2, (lastAt - begun) / 1000);
  // What is still on its way would stand before the next measurement.
  for (let waited = 0; back < sent && waited < DRAIN_MS; waited += EVERY_MS) await pause(EVERY_MS);
  stop.abort();
  return bits;
}
