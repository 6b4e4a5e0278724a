// The truth in few words, at the left of the bar; announced politely, figures not.
import { gettext, quantity } from "./i18n.js";
import { troubleWords } from "./trouble.js";

export function statusWords({ state, prompting, media, processor, unsteady, restarting }) {
  if (restarting && ["live", "reconnecting"].includes(state)) return gettext("The server is being updated, moving you");
  if (state === "permission") return permissionWords(prompting, media);
  if (state === "queued") return gettext("Waiting");
  if (state === "connecting") return gettext("Connecting");
  if (state === "reconnecting") return gettext("Reconnecting");
  if (state === "ended") return gettext("Stopped");
  if (state === "failed") return gettext("Not running");
  if (state !== "live") return gettext("Not started");
  if (unsteady) return gettext("Reconnecting");
  return liveWords(processor);
}

function permissionWords(prompting, media) {
  if (media === "sample") return gettext("Preparing the sample");
  if (!prompting) return gettext("Connecting");
  return media === "audio" ? gettext("Asking for your microphone") : gettext("Asking for your camera");
}

function liveWords(processor) {
  const words = {
    starting: gettext("Starting the model"),
    failing: gettext("Live, some pictures fail"),
    stalled: gettext("Live, waiting for the model"),
    stopped: gettext("The model has stopped"),
  };
  return words[processor?.state] ?? gettext("Live");
}

/** "30 fps · 34 ms": beside the words, not announced. */
export function liveFigures({ fps, delay }) {
  const parts = [];
  if (fps !== null && fps !== undefined) parts.push(quantity(fps, "fps"));
  if (delay !== null && delay !== undefined) parts.push(quantity(delay, "ms"));
  return parts.join(" · ");
}

/** What is on the stage when it is not the result. */
export function badgeWords({ state, showing, code, message: english }) {
  const message = troubleWords({ code, message: english });
  if (state === "running") return "";
  if (state === "stopped") return message || gettext("The model has stopped.");
  if (state === "starting") return { input: gettext("Starting the model. This is your camera as it is."), placeholder: gettext("Starting the model.") }[showing] ?? gettext("Starting the model.");
  if (showing === "input") return message || gettext("No result just now. This is your camera as it is.");
  if (showing === "placeholder") return message || gettext("No result just now.");
  if (showing === "held" || state === "failing") return message || gettext("The last result is shown.");
  return "";
}
