// The people by name, in the panel; for the owner each with what can be done about them.
import { fill, gettext } from "./i18n.js";
import { setText } from "./set_text.js";

export function joinPeopleList(room) {
  const { people, $ } = room;
  people.addEventListener("change", () => show(room));
  people.addEventListener("speaker", () => showSpeaker(room));
  room.$("#people-list").addEventListener("keydown", (event) => event.key === "Escape" && event.target.closest("details[open]") && event.stopPropagation());
  setText($("#people-count"), "");
}

function show(room) {
  const { people, $ } = room;
  const list = $("#people-list");
  const known = new Map([...list.children].map((item) => [item.dataset.participant, item]));
  const items = people.list.map((person) => fillIn(room, known.get(person.id) ?? make(room, person), person));
  for (const [id, item] of known) if (!people.find(id)) item.remove();
  // Only what moved is moved, so that an open menu and the focus stay.
  items.forEach((item, index) => list.children[index] !== item && list.insertBefore(item, list.children[index] ?? null));
  const count = $("#people-count");
  setText(count, String(people.list.length));
  count.hidden = !people.list.length;
  $('[data-opens="people"]').setAttribute("aria-label", fill(gettext("People, %(count)s inside"), { count: people.list.length }));
}

function make({ $, session, config }, { id }) {
  const item = $("#person-template").content.firstElementChild.cloneNode(true);
  item.dataset.participant = id;
  const isMe = id === session.participant;
  item.querySelector('[data-part="menu"]').hidden = !config.room.owner || isMe;
  item.querySelector('[data-part="rename"]').hidden = !isMe;
  return item;
}

function fillIn({ session }, item, { id, name, role, muted, camera_off: cameraOff, screen, processor }) {
  const part = (key) => item.querySelector(`[data-part="${key}"]`);
  const notes = [id === session.participant ? gettext("You") : "", role === "owner" ? gettext("Owner") : "", processor?.title ?? ""];
  setText(part("name"), name);
  setText(part("note"), notes.filter(Boolean).join(" · "));
  part("muted").hidden = !muted;
  part("camera-off").hidden = !cameraOff;
  part("stop-screen").hidden = !screen;
  part("open").setAttribute("aria-label", fill(gettext("What to do about %(name)s"), { name }));
  return item;
}

function showSpeaker({ people, $ }) {
  for (const item of $("#people-list").children) item.toggleAttribute("data-speaks", item.dataset.participant === people.speaker);
}
