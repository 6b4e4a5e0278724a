// One text and one next step per cause; the browser's own words only under Details.
import { gettext, fill } from "./i18n.js";
import { whereToAllow } from "./browser_hints.js";

export const RETRY = "retry";
export const SAMPLE = "sample";
export const SECURE = "secure";

/** The same where there is no sample to go on with. */
export function withoutSample(problem) {
  const actions = problem.actions.filter((name) => name !== SAMPLE);
  return { ...problem, actions, ...(problem.code === "missing" && { text: gettext("Plug one in, then Retry.") }) };
}

/** Returns { code, title, text, actions, technical } for an error of getUserMedia. */
export function mediaProblem(error, kind) {
  const code = cause(error, kind);
  const words = WORDS[code](kind, error);
  return { code, kind, actions: [RETRY, SAMPLE], technical: `${error.name}: ${error.message}`, ...words };
}

function cause(error, kind) {
  if (error.name === "InsecureContext") return "insecure";
  if (["NotAllowedError", "SecurityError", "PermissionDeniedError"].includes(error.name)) return refusedBy(error, kind);
  if (["NotFoundError", "DevicesNotFoundError"].includes(error.name)) return "missing";
  if (["NotReadableError", "TrackStartError"].includes(error.name)) return "occupied";
  if (["OverconstrainedError", "ConstraintNotSatisfiedError"].includes(error.name)) return "unfulfillable";
  return "other";
}

/** The same error name stands for three different hands on the switch. */
function refusedBy(error, kind) {
  if (/system/i.test(error.message)) return "blocked_by_system";
  const feature = kind === "audio" ? "microphone" : "camera";
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  const allowed = policy?.allowsFeature?.(feature);
  if (window.top !== window && (allowed === false || /policy/i.test(error.message))) return "blocked_by_frame";
  if (allowed === false) return "blocked_by_frame";
  return "blocked";
}

const isCamera = (kind) => kind !== "audio";

const WORDS = {
  insecure: () => ({
    title: gettext("Camera and microphone need a secure address"),
    text: fill(
      gettext("Browsers open them only on https pages. Open %(address)s, or ask the person who runs this site to start it with HTTPS=1."),
      { address: `https://${location.host}${location.pathname}` },
    ),
    actions: [SECURE, SAMPLE],
  }),
  blocked: (kind) => ({
    title: isCamera(kind)
      ? gettext("Camera access is blocked for this site")
      : gettext("Microphone access is blocked for this site"),
    text: whereToAllow(kind),
  }),
  blocked_by_system: (kind) => ({
    title: isCamera(kind)
      ? gettext("Your system keeps the camera from this browser")
      : gettext("Your system keeps the microphone from this browser"),
    text: isCamera(kind)
      ? gettext("Open the privacy settings of your system, allow this browser to use the camera, then Retry.")
      : gettext("Open the privacy settings of your system, allow this browser to use the microphone, then Retry."),
  }),
  blocked_by_frame: (kind) => ({
    title: isCamera(kind)
      ? gettext("The page around this one does not pass the camera on")
      : gettext("The page around this one does not pass the microphone on"),
    text: gettext("Open this processor in a window of its own, or ask the author of the page to allow camera and microphone in its frame."),
    actions: ["window", SAMPLE],
  }),
  missing: (kind) => ({
    title: isCamera(kind) ? gettext("No camera found") : gettext("No microphone found"),
    text: gettext("Plug one in, or continue with a sample."),
  }),
  occupied: (kind) => ({
    title: isCamera(kind) ? gettext("Another app is using the camera") : gettext("Another app is using the microphone"),
    text: gettext("Close the other app, then Retry."),
  }),
  unfulfillable: (kind, error) => ({
    title: isCamera(kind) ? gettext("The camera cannot do what this processor asks for") : gettext("The microphone cannot do what this processor asks for"),
    text: fill(gettext("It does not offer the wanted “%(constraint)s”. Choose another device in the bar below, then Retry."), {
      constraint: constraintWords()[error.constraint] ?? error.constraint ?? "?",
    }),
  }),
  other: (kind) => ({
    title: isCamera(kind) ? gettext("The camera did not start") : gettext("The microphone did not start"),
    text: fill(gettext("Retry; if it stays, restart the browser. Reference %(id)s."), { id: reference() }),
  }),
};

/** Something to name when asking for help; the details carry it too. */
function reference() {
  return Math.random().toString(36).slice(2, 8).toUpperCase();
}

function constraintWords() {
  return {
    width: gettext("picture width"),
    height: gettext("picture height"),
    frameRate: gettext("pictures per second"),
    facingMode: gettext("direction of the camera"),
    deviceId: gettext("device"),
  };
}
