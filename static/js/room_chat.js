// What people write: shown as text and nothing else, kept nowhere, counted while the panel is closed.
import { fill, gettext, language, ngettext } from "./i18n.js";
import { setText } from "./set_text.js";

const KEPT = 500;
const NEAR_END_PX = 60;

export function joinChat(room) {
  const { $, session, side } = room;
  const list = $("#chat-list");
  const text = $("#chat-text");
  let unread = 0;

  const showUnread = () => {
    const count = $("#unread");
    count.hidden = !unread;
    setText(count, unread ? String(Math.min(unread, 99)) : "");
    const words = unread ? fill(ngettext("Chat, %(count)s new message", "Chat, %(count)s new messages", unread), { count: unread }) : gettext("Chat");
    $('[data-opens="chat"]').setAttribute("aria-label", words);
  };
  const write = (message) => {
    append(room, list, message);
    const isMine = message.from === session.participant;
    if (side.open !== "chat" && !isMine) unread += 1;
    if (side.open !== "chat" && !isMine) room.announcer.say(fill(gettext("%(name)s wrote: %(text)s"), message));
    showUnread();
  };

  session.addEventListener("room.chat", ({ detail }) => write(detail));
  session.addEventListener("state", ({ detail }) => ["ended", "failed"].includes(detail.state) && list.replaceChildren());
  side.addEventListener("change", ({ detail }) => {
    if (detail.open !== "chat") return;
    unread = 0;
    showUnread();
    list.scrollTop = list.scrollHeight;
  });
  $("#chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send(room, text, write);
  });
  // Enter sends, with Shift it breaks the line; not while a script composes a character with it.
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(room, text, write);
  });
  text.addEventListener("input", () => grow(text));
}

async function send({ $, session }, field, write) {
  const text = field.value.trim();
  if (!text) return;
  setText($("#chat-said"), "");
  field.value = "";
  grow(field);
  try {
    write(await session.chat(text));
  } catch (error) {
    // What was not sent is not lost.
    field.value ||= text;
    grow(field);
    setText($("#chat-said"), error.message || gettext("Not sent: the connection is away. Try again in a moment."));
  }
}

function append({ $, session }, list, { from, name, text, time }) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  const item = $("#message-template").content.firstElementChild.cloneNode(true);
  const part = (key) => item.querySelector(`[data-part="${key}"]`);
  const sent = new Date(time * 1000);
  part("name").textContent = from === session.participant ? gettext("You") : name;
  part("time").textContent = sent.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  part("time").dateTime = sent.toISOString();
  part("time").title = sent.toLocaleString(language);
  part("text").textContent = text;
  list.append(item);
  while (list.children.length > KEPT) list.firstElementChild.remove();
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
