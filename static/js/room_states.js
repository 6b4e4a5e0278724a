// What the seat does, made visible: before, inside, over; waiting, reconnecting, and why it ended.
import { gettext } from "./i18n.js";
import { ProblemCard } from "./problem_card.js";
import { roomProblem } from "./room_problems.js";
import { WakeLock } from "./screen.js";

const INSIDE = ["connecting", "live", "reconnecting"];

export function joinStates(room) {
  const { session, signalling, $ } = room;
  const wakeLock = new WakeLock();
  room.problem = new ProblemCard($("#problem"), $("#problem-template"), problemActions(room));
  document.documentElement.dataset.sessionState = "idle";

  session.addEventListener("state", ({ detail }) => {
    wakeLock.set(INSIDE.includes(detail.state));
    show(room, detail);
  });
  session.addEventListener("unsteady", () => showWait(room, gettext("Reconnecting")));
  session.addEventListener("connected", () => showWait(room, ""));
  signalling.addEventListener("refused", ({ detail }) => session.isRunning || !$("#over").hidden || goOver(room, detail));
  signalling.addEventListener("server.restart", () => session.isRunning && showWait(room, gettext("The server is being updated, moving you")));
  signalling.addEventListener("open", () => session.state === "live" && showWait(room, ""));
  $("#leave").addEventListener("click", () => session.leave());
  addEventListener("pagehide", () => session.isRunning && session.leave());
}

function show(room, { state, error }) {
  document.documentElement.dataset.sessionState = state;
  const words = { connecting: gettext("Connecting"), reconnecting: gettext("Reconnecting") }[state] ?? "";
  showWait(room, words);
  if (INSIDE.includes(state)) goInside(room, state);
  if (state === "live") room.people.show(room.people.list);
  if (state === "ended") goOver(room, { code: "left" });
  if (state === "failed") explain(room, error);
}

function showWait({ $, announcer, session }, words) {
  $("#wait").hidden = !words;
  $("#wait-words").textContent = words;
  announcer.say(words || (session.state === "live" ? gettext("You are in the room") : ""));
}

function goInside(room, state) {
  const { $ } = room;
  if (!$("#inside").hidden) return;
  only(room, "inside");
  if (state === "connecting") $('#room-bar [data-toggle="audio"]').focus({ preventScroll: true });
}

/** A refused websocket tells a page nothing: the site's own readiness does. */
async function explain(room, error) {
  if (error?.code !== "unreachable") return goOver(room, error ?? {});
  const ready = await fetch(room.config.urls.ready).catch(() => null);
  return goOver(room, { code: ready && !ready.ok ? "not_ready" : "unreachable" });
}

function goOver(room, error) {
  room.people.clear();
  room.notices.clear();
  room.level.stop();
  room.source.stop();
  room.side.close();
  room.$("#enable-sound").hidden = true;
  only(room, "over");
  room.problem.show(roomProblem(error));
}

/** Before joining again one looks once more: camera and name stand as they were. */
function goBack(room) {
  room.problem.hide();
  only(room, "prejoin");
  room.signalling.open();
  room.askPeople();
  room.look();
  room.$("#join").focus({ preventScroll: true });
}

function only({ $ }, name) {
  for (const each of ["prejoin", "inside", "over"]) $(`#${each}`).hidden = each !== name;
}

function problemActions(room) {
  const { config } = room;
  const open = (address) => () => (location.href = address);
  return {
    join_again: () => goBack(room),
    use_here: () => goBack(room),
    lobby: open(config.urls.lobby),
    reload: () => location.reload(),
    sign_in: open(`/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`),
  };
}
