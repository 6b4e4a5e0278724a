// Another name while inside: in one's own row of the list of people.
import { fill, gettext } from "./i18n.js";
import { rememberName } from "./room_name.js";

export function joinRename(room) {
  const list = room.$("#people-list");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-part=rename]");
    if (button) open(room, button.closest(".person"));
  });
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    rename(room, event.target.elements.name.value.trim());
    close(event.target.closest(".person"));
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !event.target.closest(".rename")) return;
    event.stopPropagation();
    close(event.target.closest(".person"));
  });
}

function open(room, item) {
  const { name } = room.people.find(room.session.participant) ?? {};
  show(item, true);
  const field = item.querySelector(".rename input");
  field.value = name ?? room.$("#name").value;
  field.select();
}

function close(item) {
  show(item, false);
  item.querySelector("[data-part=rename]").focus({ preventScroll: true });
}

function show(item, isOpen) {
  item.querySelector(".rename").hidden = !isOpen;
  for (const part of ["rename", "name-and-note", "marks"]) item.querySelector(`[data-part="${part}"]`).hidden = isOpen;
}

/** The field before the door takes it too: from there it is told again after a loss, and at the next visit. */
function rename({ $, session, config, announcer }, name) {
  if (!name) return;
  $("#name").value = name;
  rememberName(config, name);
  session.rename(name);
  announcer.say(fill(gettext("The others now see you as %(name)s."), { name }));
}
