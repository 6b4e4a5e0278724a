// What the session does, made visible: status, stage, problems; and Start and Stop.
import { gettext } from "./i18n.js";
import { asksToStart, hasConsent, setConsent } from "./consent.js";
import { mediaProblem, SAMPLE } from "./media_problems.js";
import { serviceProblem } from "./service_problems.js";
import { whenAllowed } from "./permissions.js";
import { ProblemCard } from "./problem_card.js";
import { WakeLock } from "./screen.js";
import { statusWords, liveFigures, badgeWords } from "./status.js";
import { recall, remember } from "./storage.js";

const PROMPT_AFTER_MS = 1000;

export function joinSession(studio) {
  const { session, stage, signalling, $ } = studio;
  const wakeLock = new WakeLock();
  studio.view = { state: "idle", prompting: false, media: "camera", unsteady: false };
  studio.problem = new ProblemCard($("#problem"), $("#problem-template"), problemActions(studio));
  studio.start = (options) => start(studio, options);

  $("#stage").addEventListener("click", (event) => {
    if (event.target.closest("#start")) start(studio, { sample: asksForSample() });
    if (event.target.closest("#start-sample")) start(studio, { sample: true });
    if (event.target.closest("#enable-sound")) enableSound(studio);
  });
  $("#stop").addEventListener("click", () => session.stop());
  joinConsent(studio);

  session.addEventListener("state", ({ detail }) => {
    wakeLock.set(["connecting", "live", "reconnecting"].includes(detail.state));
    show(studio, detail);
  });
  session.addEventListener("stream", ({ detail }) => showStream(studio, detail.stream));
  session.addEventListener("restarting", () => update(studio, { restarting: true }));
  session.addEventListener("unsteady", () => update(studio, { unsteady: true }));
  session.addEventListener("connected", () => update(studio, { unsteady: false }));
  session.addEventListener("data", ({ detail }) => detail.type === "processor" && showProcessor(studio));
  session.addEventListener("figures", ({ detail }) => showFigures(studio, detail));
  stage.addEventListener("firstframe", () => session.manifest.gives.includes("video") && session.firstFrame());
  stage.addEventListener("soundblocked", () => ($("#enable-sound").hidden = false));
  signalling.addEventListener("refused", ({ detail }) => session.isRunning || studio.problem.show(serviceProblem(detail)));
  addEventListener("pagehide", () => session.isRunning && session.stop());
  if (asksToStart() && hasConsent(session.manifest)) start(studio, { sample: asksForSample() });
}

const asksForSample = () => new URLSearchParams(location.search).get("source") === "sample";

async function start(studio, { sample = false, file = null } = {}) {
  const { session, source } = studio;
  if (session.isRunning) return;
  studio.stopWaiting?.();
  studio.lastStart = { sample, file };
  studio.problem.hide();
  studio.processor = null;
  update(studio, { media: sample ? "sample" : mediaName(session.manifest), prompting: false, unsteady: false });
  const prompt = setTimeout(() => update(studio, { prompting: true }), PROMPT_AFTER_MS);
  const open = async (kinds) => {
    if (!kinds.length) return {};
    try {
      return await (sample ? source.openSample(kinds, file) : source.openCamera(kinds));
    } finally {
      clearTimeout(prompt);
    }
  };
  await session.start(open);
  clearTimeout(prompt);
}

const mediaName = ({ takes }) => (takes.includes("video") ? "camera" : "audio");

function joinConsent({ session, $ }) {
  $("#consent").hidden = !asksToStart();
  $("#consent-remember").checked = hasConsent(session.manifest);
  $("#consent-remember").addEventListener("change", (event) => setConsent(session.manifest, event.target.checked));
}

function show(studio, { state, error }) {
  const { $ } = studio;
  document.documentElement.dataset.sessionState = state;
  update(studio, { state });
  const running = !["idle", "ended", "failed"].includes(state);
  const hadFocus = document.activeElement;
  $("#welcome").hidden = running || state === "failed";
  $("#stop").hidden = !running;
  for (const name of ["full-screen", "picture-in-picture", "snapshot"]) {
    const button = $(`#${name}`);
    button.hidden = !(state === "live" && hasPicture(studio.session.manifest) && "possible" in button.dataset);
  }
  showWaiting(studio, state);
  if (state === "live") wentLive(studio);
  if (state === "live") update(studio, { restarting: false });
  if (state === "reconnecting") studio.stage.hold();
  if (!running) wentAway(studio);
  if (state === "failed") showProblem(studio, error);
  keepFocus(studio, hadFocus, running, state);
}

const hasPicture = ({ takes, gives }) => gives.includes("video") || takes.includes("video");

/** The button that was pressed is gone: its counterpart takes the focus, never the top of the page. */
function keepFocus({ $ }, hadFocus, running, state) {
  if (hadFocus && hadFocus !== document.body && hadFocus.offsetParent !== null) return;
  if (running) $("#stop").focus({ preventScroll: true });
  else if (state !== "failed") $("#start").focus({ preventScroll: true });
}

function wentLive(studio) {
  remember("visited", true);
  studio.stage.release();
  for (const kind of ["video", "audio"]) sayMissing(studio, kind);
  const { gives, takes } = studio.session.manifest;
  if (gives.includes("audio") && takes.includes("audio") && studio.source.kind === "camera" && !recall("headphones")) {
    const known = { label: gettext("I do"), run: () => remember("headphones", true) };
    studio.notices.show("headphones", gettext("Use headphones: otherwise your microphone hears the result again."), known);
  }
  if (!gives.includes("video") && !takes.includes("video")) {
    studio.soundView.start({ input: studio.source.tracks.audio, output: studio.session.peer.stream.getAudioTracks()[0] });
  }
}

/** The other kind works: say what is missing, and go on. */
function sayMissing(studio, kind) {
  const error = studio.source.problems[kind];
  if (!error) return studio.notices.dismiss(`missing-${kind}`);
  const { title, text } = mediaProblem(error, kind);
  studio.notices.show(`missing-${kind}`, `${title}. ${text}`);
}

function wentAway(studio) {
  studio.stage.clear();
  studio.preview.show(null, { mirrored: false });
  studio.level.stop();
  studio.soundView.stop();
  studio.notices.clear();
  studio.$("#enable-sound").hidden = true;
  studio.$("#badge").hidden = true;
}

function showWaiting(studio, state) {
  const waiting = ["permission", "connecting", "queued", "reconnecting"].includes(state);
  studio.$("#wait").hidden = !waiting;
}

function showStream(studio, stream) {
  const { manifest } = studio.session;
  const withSound = manifest.gives.includes("audio");
  if (manifest.gives.includes("video")) return studio.stage.show(stream, { withSound });
  if (!manifest.takes.includes("video")) studio.stage.show(stream, { withSound });
  return undefined;
}

function update(studio, change) {
  Object.assign(studio.view, change);
  const words = statusWords({ ...studio.view, processor: studio.processor });
  studio.announcer.say(waitWords(studio.view) ?? words);
  studio.$("#wait-words").textContent = waitWords(studio.view) ?? words;
  showStatus(studio, words);
}

/** While the browser asks, the stage says what to do, not what we do. */
function waitWords({ state, prompting, media }) {
  if (state !== "permission" || !prompting || media === "sample") return null;
  return media === "audio"
    ? gettext("Your browser is asking for microphone access. Choose Allow.")
    : gettext("Your browser is asking for camera access. Choose Allow.");
}

function showStatus(studio, words) {
  const figures = studio.view.state === "live" ? studio.view.figures : "";
  const text = figures ? `${words} ${figures}` : words;
  const element = studio.$("#status-words");
  if (element.textContent !== text) element.textContent = text;
}

function showFigures(studio, figures) {
  const fps = studio.session.manifest.gives.includes("video") ? (figures.fps_shown ?? figures.fps_out) : null;
  studio.view.figures = liveFigures({ fps, delay: figures.delay_ms });
  if (studio.view.state === "live") showStatus(studio, statusWords({ ...studio.view, processor: studio.processor }));
}

function showProcessor(studio) {
  const words = badgeWords(studio.processor);
  const badge = studio.$("#badge");
  badge.textContent = words;
  badge.hidden = !words;
  update(studio, {});
}

async function showProblem(studio, error) {
  const { session, source } = studio;
  if (error?.code === "unreachable") return studio.problem.show(serviceProblem(await whyUnreachable(studio)));
  if (error?.code !== "no_media") return studio.problem.show(serviceProblem(error ?? {}));
  const kind = session.manifest.takes.includes("video") ? "video" : "audio";
  const problem = mediaProblem(source.problems[kind] ?? Object.values(source.problems)[0], kind);
  studio.problem.show(problem);
  const again = () => studio.problem.isShown && start(studio, studio.lastStart);
  studio.stopWaiting = recoverBy(studio, problem, again);
  return undefined;
}

/** A refused websocket tells a page nothing: the site's own readiness does. */
async function whyUnreachable({ config }) {
  const ready = await fetch(config.urls.ready).catch(() => null);
  return { code: ready && !ready.ok ? "not_ready" : "unreachable" };
}

/** No reload, and where the browser tells, not even a click: allowed or plugged in means go on. */
function recoverBy(studio, { code, kind }, again) {
  if (code.startsWith("blocked")) return whenAllowed(studio.session.manifest.takes, again);
  if (code !== "missing") return undefined;
  const onChange = () => studio.devices.list(`${kind}input`).length && again();
  studio.devices.addEventListener("change", onChange);
  return () => studio.devices.removeEventListener("change", onChange);
}

function problemActions(studio) {
  const open = (address) => () => (location.href = address);
  return {
    retry: () => start(studio, studio.lastStart),
    start: () => start(studio, studio.lastStart),
    [SAMPLE]: () => start(studio, { sample: true }),
    secure: open(`https://${location.host}${location.pathname}${location.search}`),
    window: () => window.open(location.pathname, "_blank", "noopener"),
    reload: () => location.reload(),
    gallery: open("/"),
    check: open("/check/"),
    sign_in: open(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`),
  };
}

async function enableSound(studio) {
  await studio.stage.enableSound().catch(() => {});
  studio.$("#enable-sound").hidden = true;
}
