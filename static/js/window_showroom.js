// For tests and other tools: the same Start and Stop as the buttons, the report, and what happens as events.
import { emit } from "./events.js";
import { connectionReport } from "./report.js";

export function offerToTools(studio) {
  const { session, figures } = studio;
  const tool = new EventTarget();
  tool.start = (options) => studio.start(options ?? {});
  tool.stop = () => session.stop();
  tool.report = async () => {
    if (session.peer) figures.update(await session.peer.statistics());
    return connectionReport({ session, figures: figures.latest, processor: studio.processor });
  };
  Object.defineProperty(tool, "state", { get: () => session.state });
  session.addEventListener("state", ({ detail }) => emit(tool, "statechange", { state: detail.state }));
  session.addEventListener("result", ({ detail }) => emit(tool, "result", detail));
  window.showroom = tool;
  document.documentElement.dataset.sessionState = session.state;
}
