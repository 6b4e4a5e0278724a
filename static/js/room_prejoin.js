// Before joining: how one looks and sounds, the name, who is inside. Leaving this view turns the camera's light off.
import { KINDS } from "./directions.js";
import { fill, gettext, ngettext } from "./i18n.js";
import { mediaProblem, withoutSample } from "./media_problems.js";
import { Notices } from "./notices.js";
import { whenAllowed } from "./permissions.js";
import { ProblemCard } from "./problem_card.js";
import { recallName, rememberName } from "./room_name.js";
import { setText } from "./set_text.js";

const PROMPT_AFTER_MS = 1000;
const ASK_EVERY_MS = 10_000;

export function joinPrejoin(room) {
  const { $, source, config } = room;
  const actions = { retry: () => look(room), secure: () => (location.href = `https://${location.host}${location.pathname}${location.search}`), window: () => window.open(location.href, "_blank", "noopener") };
  room.lookProblem = new ProblemCard($("#look-problem"), $("#problem-template"), actions);
  room.lookNotices = new Notices($("#look-notices"), $("#notice-template"));
  room.look = () => look(room);
  room.isPrejoin = () => !$("#prejoin").hidden;
  // Whether camera and microphone may be open at all just now.
  room.isLooking = () => room.isPrejoin() || room.session.isRunning;
  // Words about devices stand where the visitor looks.
  room.say = (...words) => (room.isPrejoin() ? room.lookNotices : room.notices).show(...words);
  room.unsay = (name) => [room.lookNotices, room.notices].forEach((notices) => notices.dismiss(name));

  if (config.room.audio_only_default) source.setEnabled("video", false, { lasting: false });
  source.addEventListener("track", () => showLook(room));
  source.addEventListener("own", () => showLook(room));
  source.addEventListener("attempted", ({ detail }) => room.isPrejoin() && showProblems(room, [detail.kind]));
  joinName(room);
  followPeople(room);
  $("#recording-fact").hidden = !config.room.recording;
  addEventListener("pagehide", () => room.session.isRunning || source.stop());
  addEventListener("pageshow", (event) => event.persisted && room.isPrejoin() && look(room));
  look(room);
}

/** Open what is switched on, and say what the browser is asking. */
async function look(room) {
  const { source, $ } = room;
  const kinds = KINDS.filter((kind) => source.isEnabled(kind));
  room.lookProblem.hide();
  room.stopWaiting?.();
  const prompt = setTimeout(() => showPrompt(room, kinds), PROMPT_AFTER_MS);
  if (kinds.length) await source.openCamera(kinds);
  clearTimeout(prompt);
  $("#look-wait").hidden = true;
  if (room.isLooking()) showProblems(room, kinds);
  else source.stop();
}

function showPrompt({ $ }, kinds) {
  const words = kinds.includes("video")
    ? gettext("Your browser is asking for camera access. Choose Allow.")
    : gettext("Your browser is asking for microphone access. Choose Allow.");
  $("#look-words").textContent = words;
  $("#look-wait").hidden = false;
}

function showLook(room) {
  const { source, $ } = room;
  const track = source.isEnabled("video") ? source.tracks.video : null;
  const video = $("#look-video");
  if ((video.srcObject?.getVideoTracks()[0] ?? null) !== (track ?? null)) video.srcObject = track ? new MediaStream([track]) : null;
  video.classList.toggle("mirrored", source.facing !== "environment");
  $("#look-off").hidden = Boolean(track) || room.lookProblem.isShown;
  if (track) room.lookProblem.hide();
}

/** One can join without a camera: its problem stands in its place, the microphone's is a notice. */
function showProblems(room, kinds) {
  const { source } = room;
  const { video, audio } = source.problems;
  if (video && kinds.includes("video") && source.isEnabled("video") && !source.tracks.video) {
    room.lookProblem.show(withoutSample(mediaProblem(video, "video")));
    room.$("#name").focus({ preventScroll: true });
  }
  if (audio && kinds.includes("audio")) {
    const { title, text } = withoutSample(mediaProblem(audio, "audio"));
    room.lookNotices.show("missing-audio", `${title}. ${text}`);
  }
  if (Object.keys(source.problems).length) room.stopWaiting = whenAllowed(Object.keys(source.problems), () => room.isPrejoin() && look(room));
  showLook(room);
}

function joinName(room) {
  const { $, config } = room;
  const name = $("#name");
  name.value = recallName(config);
  const review = () => {
    const reason = whyNot(room);
    setText($("#name-said"), reason);
    $("#join").setAttribute("aria-disabled", String(Boolean(reason)));
    return !reason;
  };
  name.addEventListener("input", review);
  room.reviewName = review;
  review();
  $("#join-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!review()) return name.focus();
    rememberName(config, name.value.trim());
    room.session.join();
  });
}

function whyNot({ $, config }) {
  if (config.room.closed) return gettext("This room is closed. Ask its owner to open it.");
  return $("#name").value.trim() ? "" : gettext("Write your name: the others see it.");
}

function followPeople(room) {
  const ask = async () => {
    if (document.hidden || !room.isPrejoin()) return;
    const address = new URL(room.config.urls.state, location.href);
    if (room.config.invitation) address.searchParams.set("invitation", room.config.invitation);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) showPeople(room, await answer.json());
  };
  setInterval(ask, ASK_EVERY_MS);
  room.askPeople = ask;
}

function showPeople({ $, config, reviewName }, { people, limit, locked, closed }) {
  Object.assign(config.room, { people, limit, locked, closed });
  setText($("#people-inside"), insideWords(config.room));
  reviewName();
}

function insideWords({ people, limit, locked, closed, owner }) {
  if (closed) return gettext("This room is closed. Ask its owner to open it.");
  if (people >= limit) return gettext("Every seat is taken just now.");
  if (locked && !owner) return gettext("This room is locked. Ask somebody inside to let you in.");
  if (!people) return gettext("You will be the first.");
  return fill(ngettext("%(count)s person is inside.", "%(count)s people are inside.", people), { count: people });
}
