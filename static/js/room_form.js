// The room's form: links to copy.
import { gettext } from "./i18n.js";
import { copyText } from "./share.js";

const SHOWN_MILLISECONDS = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function copy(button) {
  const words = button.lastChild;
  const before = words.textContent;
  const done = (await copyText(button.dataset.copy)) ? gettext("Link copied") : gettext("Copy the link by hand");
  if (before === done) return;
  words.textContent = ` ${done}`;
  setTimeout(() => { words.textContent = before; }, SHOWN_MILLISECONDS);
}
