// Before joining: a name is needed, and the button says so.
import { gettext } from "./i18n.js";

const name = document.getElementById("name");
const join = document.getElementById("join");
const reason = document.getElementById("join-reason");

function review() {
  const isMissing = !name.value.trim();
  reason.hidden = !isMissing;
  reason.textContent = isMissing ? gettext("Write your name to join.") : "";
  join.setAttribute("aria-disabled", String(isMissing));
}

name.addEventListener("input", review);
review();
