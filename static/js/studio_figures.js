// Twice a second: statistics into the bar, the drawer and the watch over a connection that went silent.
import { copyText } from "./share.js";
import { connectionReport } from "./report.js";
import { gettext } from "./i18n.js";
import { emit } from "./events.js";

const EVERY_MS = 500;
const SILENT_AFTER_MS = 4000;

export function joinFigures(studio) {
  const { session, figures, $ } = studio;
  let heard = performance.now();
  let packets = null;

  const step = async () => {
    if (!session.peer) return;
    const latest = figures.update(await session.peer.statistics());
    studio.hud.show({ ...latest, server: session.server }, session.phases.list());
    emit(session, "figures", latest);
    if (latest.packets_received !== packets) heard = performance.now();
    packets = latest.packets_received;
    const silent = performance.now() - heard > SILENT_AFTER_MS;
    if (silent && !document.hidden && session.state === "live") {
      heard = performance.now();
      session.reconnect("silent");
    }
  };
  setInterval(step, EVERY_MS);

  session.addEventListener("data", ({ detail }) => {
    heard = performance.now();
    if (detail.type === "statistics") figures.fromWorker(detail);
    if (detail.type === "processor") studio.processor = detail;
  });
  session.addEventListener("state", ({ detail }) => {
    heard = performance.now();
    if (detail.state === "permission") figures.reset();
  });
  $("#copy-report").addEventListener("click", async () => {
    const copied = await copyText(JSON.stringify(connectionReport({ session, figures: figures.latest, processor: studio.processor }), null, 2));
    $("#report-said").textContent = copied ? gettext("Report copied. It holds no picture, no name and no address.") : gettext("Copying is blocked here.");
  });
}
