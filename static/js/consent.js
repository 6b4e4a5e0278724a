// A link may ask to start by itself; it does so only for visitors who said yes to that, for these very facts.
import { recall, remember, forget } from "./storage.js";

const key = (slug) => `autostart.${slug}`;

/** The facts of the privacy card: another answer there needs another yes. */
const facts = (manifest) => JSON.stringify([manifest.takes, manifest.privacy]);

export const asksToStart = () => new URLSearchParams(location.search).get("autostart") === "1";

export function hasConsent(manifest) {
  return recall(key(manifest.slug)) === facts(manifest);
}

export function setConsent(manifest, given) {
  if (given) remember(key(manifest.slug), facts(manifest));
  else forget(key(manifest.slug));
}
