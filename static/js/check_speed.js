// How much goes through each way, up to what the best picture needs: padded pings over the data channel.
const EVERY_MS = 20; // under the worker's limit of messages a second
const PIECE_BYTES = 12_000;
const OUTSTANDING = 24;
const LASTS_MS = 2000;
const GRACE_MS = 400;
// Beyond this the pieces above are the limit, not the network.
export const ENOUGH_BITS = 3.5e6;

/** Returns { up, down } in bits a second, by what arrived. */
export async function measureSpeed(path) {
  return { up: await oneWay(path, { padding: "x".repeat(PIECE_BYTES) }), down: await oneWay(path, { reply_bytes: PIECE_BYTES }) };
}

function oneWay(path, message) {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const begun = performance.now();
    let [sent, back, lastAt] = [0, 0, begun];
    path.listen(({ type, time }) => {
      if (type !== "pong" || time < begun) return;
      back += 1;
      lastAt = performance.now();
    }, stop.signal);
    const timer = setInterval(() => {
      if (sent - back >= OUTSTANDING || performance.now() - begun > LASTS_MS) return;
      if (path.send({ type: "ping", time: performance.now(), ...message })) sent += 1;
    }, EVERY_MS);
    setTimeout(() => {
      clearInterval(timer);
      stop.abort();
      const seconds = Math.max(0.2, (lastAt - begun) / 1000);
      resolve((back * PIECE_BYTES * 8) / seconds);
    }, LASTS_MS + GRACE_MS);
  });
}
