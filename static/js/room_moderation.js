// What the owner can do: mute, stop a camera or a screen, remove, lock, end. The server decides whether this page may.
import { gettext } from "./i18n.js";
import { setText } from "./set_text.js";

const CONFIRM_MS = 4000;

export function joinModeration(room) {
  const { $, session, people } = room;
  $("#people-list").addEventListener("click", (event) => {
    const button = event.target.closest("[data-moderate]");
    const participant = button?.closest(".person").dataset.participant;
    if (!button) return;
    if (button.dataset.moderate === "remove") return confirmed(button, gettext("Really remove?"), () => act(room, "remove", participant));
    act(room, button.dataset.moderate, participant);
    closeMenu(button);
  });
  $("#more").addEventListener("click", (event) => {
    const button = event.target.closest("[data-moderate]");
    if (!button) return;
    act(room, button.dataset.moderate);
    closeMenu(button);
  });
  $("#lock")?.addEventListener("click", () => act(room, session.room?.locked ? "unlock" : "lock"));
  $("#end-room")?.addEventListener("click", (event) => confirmed(event.currentTarget, gettext("Really end for everybody?"), () => act(room, "end")));
  session.addEventListener("room.changed", ({ detail }) => showRoom(room, detail.room));
  session.addEventListener("room.notice", ({ detail }) => detail.participant === session.participant && suffered(room, detail.what));
  people.addEventListener("change", () => room.notices.dismiss("moderation"));
}

async function act({ session, notices }, act, participant) {
  try {
    await session.moderate(act, participant);
  } catch (error) {
    notices.show("moderation", error.message || gettext("The server does not answer. Try again in a moment."));
  }
}

/** What cannot be undone takes a second click on the same button, which says so; no window in the way. */
function confirmed(button, question, run) {
  if (button.dataset.asking !== undefined) {
    settle(button);
    closeMenu(button);
    return run();
  }
  const label = button.lastChild;
  button.dataset.asking = label.textContent;
  label.textContent = ` ${question}`;
  setTimeout(() => settle(button), CONFIRM_MS);
  return undefined;
}

function settle(button) {
  if (button.dataset.asking === undefined) return;
  button.lastChild.textContent = button.dataset.asking;
  delete button.dataset.asking;
}

function closeMenu(button) {
  const menu = button.closest("details");
  menu.open = false;
  menu.querySelector("summary").focus({ preventScroll: true });
}

function showRoom({ $ }, { title, locked }) {
  setText($(".room-title"), title);
  $("#locked").hidden = !locked;
  const lock = $("#lock");
  if (!lock) return;
  lock.setAttribute("aria-pressed", String(locked));
  setText(lock.querySelector('[data-part="words"]'), locked ? gettext("Unlock the room") : gettext("Lock the room"));
}

/** The owner acted on us: our own buttons follow, and the way back is ours alone. */
function suffered(room, what) {
  const words = {
    muted_by_owner: ["audio", gettext("The owner has muted you."), gettext("Unmute")],
    camera_stopped_by_owner: ["video", gettext("The owner has stopped your camera."), gettext("Start camera")],
  }[what];
  if (what === "screen_stopped_by_owner") {
    room.stopSharing();
    return room.say("suffered", gettext("The owner has stopped your shared screen."));
  }
  if (!words) return undefined;
  const [kind, text, label] = words;
  room.setSending(kind, false, { lasting: false });
  // One notice about it is enough.
  room.isWarned ||= kind === "audio";
  return room.say("suffered", text, { label, run: () => room.setSending(kind, true) });
}
