// The panel with the figures of this seat's connection: everything that comes and goes, and a report to copy.
import { fillCells } from "./figure_cells.js";
import { Figures } from "./figures.js";
import { gettext } from "./i18n.js";
import { setText } from "./set_text.js";
import { copyText } from "./share.js";

const EVERY_MS = 1000;

export function joinFigures(room) {
  const { $, session, side } = room;
  const panel = $('[data-panel="connection"]');
  const figures = new Figures();

  const step = async () => {
    if (side.open !== "connection" || !session.peer) return;
    fillCells(panel, { ...figures.update(await session.peer.statistics()), server: session.server });
  };
  setInterval(step, EVERY_MS);
  side.addEventListener("change", step);
  session.addEventListener("data", ({ detail }) => detail.type === "statistics" && figures.fromWorker(detail));
  session.addEventListener("state", ({ detail }) => {
    if (detail.state === "connecting") figures.reset();
  });
  $("#copy-report").addEventListener("click", async () => {
    const copied = await copyText(JSON.stringify(reportOf(session, figures.latest), null, 2));
    setText($("#report-said"), copied ? gettext("Report copied. It holds no picture, no name and no address.") : gettext("Copying is blocked here."));
  });
}

function reportOf(session, figures) {
  return {
    made: new Date().toISOString(),
    session: session.id,
    server: session.server,
    state: session.state,
    connection: session.peer?.state ?? null,
    receives: session.tracks.map(({ kind, source }) => `${kind} ${source}`),
    worn: [session.worn.picture?.slug, session.worn.sound?.slug].filter(Boolean),
    figures,
    browser: navigator.userAgent,
  };
}
