// Ready, starting, busy or offline, beside each card: asked of the site while the page is looked at.
import { gettext, fill } from "./i18n.js";

const ASK_EVERY_MS = 10_000;

export function stateText(processor) {
  if (processor.state === "ready") return gettext("Ready");
  if (processor.state === "offline") return gettext("Offline");
  if (processor.state === "not_installed") return gettext("Not installed");
  if (processor.state === "loading") return gettext("Starting the model");
  if (processor.state === "failed") return gettext("The model does not start");
  if (processor.waiting) return fill(gettext("Busy, %(count)s waiting"), { count: processor.waiting });
  return gettext("Busy");
}

function paint(wall, processors) {
  for (const processor of processors) {
    const pill = wall.querySelector(`[data-slug="${CSS.escape(processor.slug)}"] .state:not([data-state="missing"])`);
    if (!pill) continue;
    pill.dataset.state = processor.state;
    // Only staff are told why a model does not start.
    pill.title = processor.reason ?? "";
    const text = pill.querySelector(".state-text");
    if (text.textContent !== stateText(processor)) text.textContent = stateText(processor);
  }
}

async function ask(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) return [];
  const answer = await response.json();
  return Array.isArray(answer) ? answer : (answer.processors ?? []);
}

export function followStates(wall) {
  let known = [];
  const repaint = () => paint(wall, known);
  const refresh = async () => {
    if (document.hidden) return;
    try {
      known = await ask(wall.dataset.states);
    } catch {
      known = known.map((processor) => ({ ...processor, state: "offline" }));
    }
    repaint();
  };
  refresh();
  setInterval(refresh, ASK_EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
  return { repaint };
}
