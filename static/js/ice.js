// How a connection may be made: what the server says, and what the visitor asks for with ?relay=1 for this visit.
export const asksForRelay = () => new URLSearchParams(location.search).get("relay") === "1";

/** `answer` is session.opened or session.resumed. */
export function iceOf({ ice_servers: servers, ice_relay_only: relayOnly, ice_candidates: candidates }) {
  return { servers: servers ?? [], relayOnly: Boolean(relayOnly) || asksForRelay(), candidates: Boolean(candidates) };
}

/** Every relay's URL with its server's entry, each for itself. */
export function relaysOf(servers) {
  return servers.flatMap((server) =>
    [server.urls].flat().filter((url) => url.startsWith("turn")).map((url) => ({ ...server, urls: [url] })),
  );
}

/** "udp", "tcp" or "tls": what the way to this relay needs of the visitor's network. */
export function transportOf(url) {
  if (url.startsWith("turns:")) return "tls";
  return /[?&]transport=tcp/.test(url) ? "tcp" : "udp";
}
