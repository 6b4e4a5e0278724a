// Results wait for their picture, then go to their views; anyone outside can listen too.
import { emit } from "./events.js";
import { ResultClock } from "./result_clock.js";

export function joinResults(studio) {
  const { results, stage, session } = studio;
  const clock = new ResultClock((result, estimated) => {
    results.show(result);
    emit(session, "result", { ...result, estimated });
  });
  attachResults(studio);

  session.addEventListener("data", ({ detail }) => detail.type === "result" && clock.arrived(detail));
  stage.addEventListener("frame", ({ detail }) => clock.pictureShown(detail.rtp));
  stage.addEventListener("fit", () => results.redraw());
  session.addEventListener("state", ({ detail }) => {
    if (!["permission", "ended", "failed"].includes(detail.state)) return;
    clock.reset();
    if (detail.state === "permission") results.clear();
  });
}

export function attachResults({ results, session, stage, $ }) {
  results.attach($("#results"), session.manifest.results, stage.overlay);
}
