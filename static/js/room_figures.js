// The panel with the figures of this seat's connection: everything that comes and goes, and a report to copy.
import { inWords } from "./figure_words.js";
import { Figures } from "./figures.js";
import { gettext } from "./i18n.js";
import { setText } from "./set_text.js";
import { copyText } from "./share.js";

const EVERY_MS = 1000;

export function joinFigures(room) {
  const { $, session, side } = room;
  const figures = new Figures();
  const totals = new Totals();
  let latest = {};

  const step = async () => {
    if (side.open !== "connection" || !session.peer) return;
    const report = await session.peer.statistics();
    latest = { ...figures.update(report), ...totals.update(report) };
    for (const cell of $('[data-panel="connection"]').querySelectorAll("[data-figure]")) setText(cell, inWords(cell.dataset.figure, latest[cell.dataset.figure]));
  };
  setInterval(step, EVERY_MS);
  side.addEventListener("change", step);
  session.addEventListener("data", ({ detail }) => detail.type === "statistics" && figures.fromWorker(detail));
  session.addEventListener("state", ({ detail }) => {
    if (detail.state !== "connecting") return;
    figures.reset();
    totals.reset();
  });
  $("#copy-report").addEventListener("click", async () => {
    const copied = await copyText(JSON.stringify(reportOf(session, latest), null, 2));
    setText($("#report-said"), copied ? gettext("Report copied. It holds no picture, no name and no address.") : gettext("Copying is blocked here."));
  });
}

function reportOf(session, figures) {
  return {
    made: new Date().toISOString(),
    session: session.id,
    state: session.state,
    connection: session.peer?.state ?? null,
    receives: session.tracks.map(({ kind, source }) => `${kind} ${source}`),
    worn: [session.worn.picture?.slug, session.worn.sound?.slug].filter(Boolean),
    figures,
    browser: navigator.userAgent,
  };
}

/** A seat receives several streams: what they bring together, and the largest picture. */
class Totals {
  #before = null;

  reset() {
    this.#before = null;
  }

  update(report) {
    const incoming = [...report.values()].filter(({ type }) => type === "inbound-rtp");
    const now = { at: performance.now(), bytes: total(incoming, "bytesReceived") };
    const before = this.#before;
    this.#before = now;
    const largest = incoming.filter(({ frameWidth }) => frameWidth).sort((one, other) => other.frameWidth - one.frameWidth)[0];
    return {
      bitrate_down: before && now.at > before.at ? Math.max(0, ((now.bytes - before.bytes) * 8000) / (now.at - before.at)) : null,
      lost: total(incoming, "packetsLost"),
      size_out: largest ? [largest.frameWidth, largest.frameHeight] : null,
    };
  }
}

const total = (entries, field) => entries.reduce((sum, entry) => sum + (entry[field] ?? 0), 0);
