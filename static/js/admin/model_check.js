// While a model is checked: how far it is; then its page anew.
import { gettext } from "../i18n.js";
import { goneWords } from "./model_gone.js";

const section = document.querySelector(".model-check");
const bar = section.querySelector("progress");
const text = section.querySelector("[role=status]");
const ASK_AFTER_MS = 500;

async function ask() {
  const response = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
  const gone = goneWords(response);
  if (gone) {
    text.textContent = gone;
    return undefined;
  }
  const told = await response?.json().catch(() => null);
  if (told?.over) return location.reload();
  if (told) {
    bar.value = told.done;
    if (text.textContent !== told.text) text.textContent = told.text;
  } else {
    text.textContent = gettext("The server cannot be reached. It goes on by itself.");
  }
  return setTimeout(ask, ASK_AFTER_MS);
}

setTimeout(ask, ASK_AFTER_MS);
