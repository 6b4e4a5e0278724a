// Recording: the owner asks, everybody agrees or not, and nobody can miss that it runs. The server decides all of it.
import { fill, gettext, ngettext } from "./i18n.js";
import { setText } from "./set_text.js";

const ENDED = {
  refused: () => gettext("Not everybody agrees, so nothing is recorded any more."),
  limit: () => gettext("The recording has reached its longest time and is kept."),
  full: () => gettext("There is no space left for recordings, so this one has ended. It is kept."),
  failed: () => gettext("The recording could not go on. What was written is kept."),
};

export function joinRecording(room) {
  const { $, session, config } = room;
  const act = (what) => ask(room, what);
  room.recording = "off";
  $("#record")?.addEventListener("click", () => {
    $("#more").open = false;
    $("#more summary").focus({ preventScroll: true });
    act(room.recording === "off" ? "start" : "stop");
  });
  $("#record-agree").addEventListener("click", () => answer(room, "agree"));
  $("#record-refuse").addEventListener("click", () => answer(room, "refuse"));
  $("#record-withdraw").addEventListener("click", () => {
    $("#more").open = false;
    $("#more summary").focus({ preventScroll: true });
    act("refuse");
  });
  session.addEventListener("room.recording", ({ detail }) => show(room, detail));
  session.addEventListener("state", ({ detail }) => ["ended", "failed"].includes(detail.state) && show(room, { state: "off" }));
  // Comes before what leaves: the owner reads first what it means.
  $("#leave").addEventListener("click", (event) => confirmLeaving(room, event));
  addEventListener("beforeunload", (event) => {
    if (config.room.may_record && room.recording === "on") event.preventDefault();
  });
}

function answer(room, what) {
  room.$("#record-ask").hidden = true;
  ask(room, what);
}

function confirmLeaving({ config, recording, notices, session }, event) {
  if (!config.room.may_record || recording !== "on") return;
  event.stopImmediatePropagation();
  notices.show("leave-recording", gettext("When you leave, the recording ends. It is kept."), { label: gettext("Leave"), run: () => session.leave() });
}

async function ask({ session, notices, recordingRequest }, what) {
  try {
    await session.record(what, what === "agree" ? recordingRequest : null);
  } catch (error) {
    notices.show("recording", error.message || gettext("The server does not answer. Try again in a moment."));
  }
}

function show(room, told) {
  const { $ } = room;
  const before = room.recording;
  room.recording = told.state;
  room.recordingRequest = told.request || null;
  showBadge(room, told.state);
  showQuestion(room, told);
  showButton(room, told);
  if (before === told.state) return;
  room.announcer.say(words(told.state, before));
  room.notices.dismiss("recording");
  if (told.state === "off" && room.config.room.may_record && told.reason in ENDED) room.notices.show("recording", ENDED[told.reason]());
  if (told.state === "off") $("#record-ask").hidden = true;
}

function words(state, before) {
  if (state === "on") return gettext("This room is being recorded");
  if (state === "paused") return gettext("The recording pauses until everybody has agreed");
  if (state === "asking") return gettext("The owner would like to record this room");
  return before === "asking" ? gettext("Nothing is recorded") : gettext("The recording has ended");
}

/** On the page as long as the server says so; there is no way to put it away. */
function showBadge({ $ }, state) {
  const isOpen = state === "on" || state === "paused";
  $("#recording").hidden = !isOpen;
  setText($("#recording [data-part=words]"), state === "paused" ? gettext("Recording paused") : gettext("Recording"));
  document.documentElement.toggleAttribute("data-recording", state === "on");
}

function showQuestion({ $, session }, told) {
  const isAsked = told.state !== "off" && !told.agreed && told.participant !== session.participant;
  $("#record-ask").hidden = !isAsked;
  $("#record-withdraw").hidden = told.state === "off" || isAsked || told.participant === session.participant;
}

function showButton({ $, config, notices }, told) {
  const button = $("#record");
  if (!button) return;
  button.setAttribute("aria-pressed", String(told.state !== "off"));
  setText(button.querySelector("[data-part=words]"), told.state === "off" ? gettext("Record the room") : gettext("Stop recording"));
  const isWaiting = config.room.may_record && told.waiting > 0 && told.state !== "off";
  if (isWaiting) {
    const text = ngettext("Recording begins when %(count)s person more has agreed.", "Recording begins when %(count)s people more have agreed.", told.waiting);
    notices.show("recording-waits", fill(text, { count: told.waiting }));
  } else notices.dismiss("recording-waits");
}
