// Before Start: is there a place for this visitor? Asked of the site while the page is looked at and nothing runs.
import { gettext } from "./i18n.js";
import { stateText } from "./processor_states.js";

const ASK_EVERY_MS = 10_000;

export function followPlace(address, show) {
  const ask = async () => {
    const running = !["idle", "ended", "failed", undefined].includes(document.documentElement.dataset.sessionState);
    if (document.hidden || running) return;
    show(await words(address));
  };
  ask();
  setInterval(ask, ASK_EVERY_MS);
}

async function words(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok) return "";
    const processor = await response.json();
    return processor.reason ? `${stateText(processor)}: ${processor.reason}` : stateText(processor);
  } catch {
    return gettext("The server does not answer just now.");
  }
}
