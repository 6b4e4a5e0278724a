// The upload page: one file, its progress, pause, cancel; then on to the page of the model.
import { fill, gettext, quantity } from "../i18n.js";
import { SlicedUpload, UploadStopped } from "./slices.js";

const form = document.querySelector(".model-upload");
const chosen = form.querySelector("input[type=file]");
const send = form.querySelector("input[type=submit]");
const area = form.querySelector(".model-progress");
const bar = area.querySelector("progress");
const text = area.querySelector("[role=status]");
const pause = area.querySelector("[data-pause]");
const cancel = area.querySelector("[data-cancel]");
const problem = form.querySelector("[role=alert]");
const MEGABYTE = 1e6;

let upload = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (chosen.files.length) start(chosen.files[0]);
});
pause.addEventListener("click", () => {
  upload?.pause();
  show(gettext("Paused. Upload goes on where it stopped."));
  rest();
});
cancel.addEventListener("click", async () => {
  await upload?.cancel();
  area.hidden = true;
  rest();
  chosen.value = "";
  chosen.focus();
});

async function start(file) {
  problem.hidden = true;
  area.hidden = false;
  send.disabled = chosen.disabled = true;
  pause.disabled = false;
  const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  upload = new SlicedUpload({ begin: form.dataset.begin, csrf, file });
  upload.addEventListener("progress", ({ detail }) => tell(detail, file.size));
  try {
    location.assign(await upload.send());
  } catch (error) {
    if (!(error instanceof UploadStopped)) fail(error);
  }
}

function tell({ phase, value }, size) {
  if (phase === "wait") return show(gettext("The connection is lost. It goes on by itself."));
  if (phase === "hash") return show(gettext("Everything has arrived. Comparing it with your file."));
  bar.value = (100 * value) / size;
  const amounts = { done: quantity(value / MEGABYTE, "MB", 1), all: quantity(size / MEGABYTE, "MB", 1) };
  return show(fill(gettext("%(done)s of %(all)s sent"), amounts));
}

function show(words) {
  text.textContent = words;
}

function fail(error) {
  area.hidden = true;
  problem.textContent = error.facts ? error.message : gettext("The server cannot be reached. Try again.");
  problem.hidden = false;
  rest();
}

function rest() {
  send.disabled = chosen.disabled = false;
  pause.disabled = true;
  send.focus();
}
