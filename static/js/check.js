// The connection check: one step after the other, each line answered as soon as it is known.
import { openCamera } from "./camera.js";
import { Lines } from "./check_lines.js";
import { Path } from "./check_path.js";
import { reportOf, sendReport } from "./check_report.js";
import { ENOUGH_BITS, measureSpeed } from "./check_speed.js";
import { verdictOf } from "./check_verdict.js";
import { directAnswer, directSkipped, mediaAnswer, noRelay, questions, relayAnswer, serverAnswer, socketAnswer, speedAnswer } from "./check_words.js";
import { gettext } from "./i18n.js";
import { iceOf, relaysOf } from "./ice.js";
import { mediaProblem } from "./media_problems.js";
import { copyText } from "./share.js";
import { Signalling } from "./signalling.js";

const SOCKET_DEADLINE_MS = 6000;
const DIRECT_DEADLINE_MS = 5000;
const RELAY_DEADLINE_MS = 8000;

const $ = (selector) => document.querySelector(selector);
const config = JSON.parse($("#config").textContent);
const lines = new Lines($("#lines"), $("#line-template"));
let made = null;

lines.reset(questions(config.relays));
$("#start").addEventListener("click", run);
$("#send").addEventListener("click", send);
$("#copy").addEventListener("click", copy);

async function run() {
  $("#start").hidden = true;
  $("#report").hidden = true;
  lines.reset(questions(config.relays));
  say({ state: "running", title: gettext("Checking"), next: gettext("If your browser asks for camera and microphone, choose Allow.") });
  $("#verdict").focus({ preventScroll: true });
  const paths = { direct: null, relays: [] };
  const signalling = new Signalling(config.urls.socket);
  try {
    await checkDevices();
    await checkWays(signalling, paths);
  } finally {
    for (const path of [paths.direct, ...paths.relays]) path?.close();
    // The farewells above go out first.
    setTimeout(() => signalling.close(), 500);
  }
  lines.skipRest(gettext("Not checked, because of the above."));
  finish(paths);
}

async function checkDevices() {
  lines.run("camera");
  lines.run("microphone");
  const { tracks, problems } = await openCamera(["video", "audio"], {});
  for (const [kind, name] of [["video", "camera"], ["audio", "microphone"]]) {
    const problem = problems[kind] ? mediaProblem(problems[kind], kind) : null;
    lines.settle(name, mediaAnswer(problem, tracks[kind]?.label ?? ""));
    tracks[kind]?.stop();
  }
}

async function checkWays(signalling, paths) {
  say({ state: "running", title: gettext("Checking"), next: gettext("Your camera is off again. Now the way to the server.") });
  if (!(await checkSocket(signalling))) return;
  const first = new Path(gettext("Direct way"), signalling, config.slug);
  const opened = await checkServer(first);
  if (!opened) return;
  if (config.relay_only) lines.settle("direct", directSkipped());
  else await checkDirect(first, paths);
  if (config.relay_only) first.close();
  await checkRelays(signalling, opened, paths);
  await checkSpeed([paths.direct, ...paths.relays].find((path) => path?.connected));
}

async function checkSocket(signalling) {
  lines.run("socket");
  const begun = performance.now();
  const outcome = await Promise.race([signalling.ready().then(() => "open", (error) => error.code), later(SOCKET_DEADLINE_MS)]);
  lines.settle("socket", socketAnswer(outcome === "open" ? "open" : await whyClosed(), performance.now() - begun));
  return outcome === "open";
}

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds, "unreachable"));

/** A refused websocket tells a page nothing; whether an ordinary request is answered tells the two cases apart. */
async function whyClosed() {
  const ready = await fetch(config.urls.ready).catch(() => null);
  return ready ? "blocked" : "unreachable";
}

async function checkServer(path) {
  lines.run("server");
  try {
    const opened = await path.open();
    lines.settle("server", serverAnswer(null));
    return opened;
  } catch (error) {
    lines.settle("server", serverAnswer(error));
    return null;
  }
}

async function checkDirect(path, paths) {
  lines.run("direct");
  paths.direct = path;
  await path.connect({ servers: [], relayOnly: false, candidates: false }, DIRECT_DEADLINE_MS);
  lines.settle("direct", directAnswer(path, config.relays.length > 0));
}

async function checkRelays(signalling, opened, paths) {
  if (!config.relays.length) return lines.settle("relay-none", noRelay(paths.direct?.connected));
  for (const index of relaysOf(opened.ice_servers).keys()) {
    const name = `relay-${index}`;
    lines.run(name);
    const path = new Path(lines.get(name).question, signalling, config.slug);
    paths.relays.push(path);
    await tryRelay(path, index);
    lines.settle(name, relayAnswer(path, config.relays[index]));
    if (paths.direct?.connected || paths.relays.some((other) => other !== path && other.connected)) path.close();
  }
  return undefined;
}

/** A session of its own for each: the credentials are, and a worker waits only so long for the first connection. */
async function tryRelay(path, index) {
  try {
    const opened = await path.open();
    const ice = { ...iceOf(opened), servers: [relaysOf(opened.ice_servers)[index]], relayOnly: true };
    await path.connect(ice, RELAY_DEADLINE_MS);
  } catch (error) {
    path.failure = error.code ?? "internal";
  }
}

async function checkSpeed(path) {
  if (!path) return;
  lines.run("speed");
  lines.settle("speed", speedAnswer(await measureSpeed(path), ENOUGH_BITS));
}

function finish(paths) {
  const verdict = verdictOf(lines, paths, config);
  made = reportOf({ lines, paths, verdict, version: config.version });
  say(verdict);
  // What to do about a camera ends with this word.
  $("#start-words").textContent = lines.get("camera").state === "bad" ? gettext("Retry") : gettext("Check again");
  $("#start").classList.remove("button-primary");
  $("#start").hidden = false;
  $("#report-offer").hidden = false;
  $("#report-sent").hidden = true;
  $("#report-said").textContent = "";
  $("#report").hidden = false;
  document.documentElement.dataset.verdict = verdict.code;
}

function say({ state, title, next }) {
  $("#verdict").dataset.state = state;
  $("#verdict-title").textContent = title;
  $("#verdict-next").textContent = next;
  if (state === "running") delete document.documentElement.dataset.verdict;
}

async function send() {
  try {
    $("#code").textContent = await sendReport(config.urls.report, config.csrf, made);
    $("#report-offer").hidden = true;
    $("#report-sent").hidden = false;
    $("#code").focus({ preventScroll: true });
  } catch (error) {
    $("#report-said").textContent = error.message || gettext("The report could not be sent. Try again in a moment.");
  }
}

async function copy() {
  const copied = await copyText($("#code").textContent);
  $("#copy-words").textContent = copied ? gettext("Copied") : gettext("Copying is blocked here.");
}
