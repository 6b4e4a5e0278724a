// Who holds the picture up: your network, your device, our server. A guess by limits, pure sums.
const LIMITS = {
  network: { lost_up: 0.05, lost_down: 0.05, network_ms: 250 },
  device: { undrawn: 0.2, playback_ms: 400 },
  server: { inside_ms: 150 },
};
// What browsers themselves say keeps the picture small.
const BROWSERS_WORD = { bandwidth: "network", cpu: "device" };

/** "network", "device" or "server", whichever is furthest over its limits; "none" while nothing is; null while unknown. */
export function bottleneck(figures) {
  if (figures.delay_ms === null || figures.delay_ms === undefined) return null;
  const inside = (figures.queue_ms ?? 0) + (figures.process_ms ?? 0) + (figures.encode_ms ?? 0);
  const values = { ...figures, inside_ms: inside };
  const strains = Object.entries(LIMITS).map(([who, limits]) => [who, strainOf(values, limits, BROWSERS_WORD[figures.limited] === who)]);
  const [who, strain] = strains.reduce((most, each) => (each[1] > most[1] ? each : most));
  return strain >= 1 ? who : "none";
}

function strainOf(values, limits, isBlamed) {
  const strains = Object.entries(limits).map(([name, limit]) => (values[name] ?? 0) / limit);
  return Math.max(isBlamed ? 1 : 0, ...strains);
}
