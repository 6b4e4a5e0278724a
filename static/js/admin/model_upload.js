// The upload page: one file, or a Caffe net's definition and weights; its progress, pause, cancel; then on to the page of the model.
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
const DEFINITION = ".prototxt";

// What is being sent: a Caffe net is two uploads.
let sent = [];

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const files = [...chosen.files];
  const definition = files.find((file) => file.name.toLowerCase().endsWith(DEFINITION));
  const model = files.find((file) => file !== definition);
  if (files.length > (definition ? 2 : 1)) refuse(gettext("Choose one model: one file, or the two files of a Caffe net."));
  else if (definition && !model) refuse(gettext("Choose the .caffemodel file together with the .prototxt file."));
  else if (model) start(model, definition);
});
pause.addEventListener("click", () => {
  for (const upload of sent) upload.pause();
  show(gettext("Paused. Upload goes on where it stopped."));
  rest();
});
cancel.addEventListener("click", async () => {
  await Promise.all(sent.map((upload) => upload.cancel()));
  area.hidden = true;
  rest();
  chosen.value = "";
  chosen.focus();
});

async function start(file, definition) {
  problem.hidden = true;
  area.hidden = false;
  send.disabled = chosen.disabled = true;
  pause.disabled = false;
  const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const sending = (each) => {
    const upload = new SlicedUpload({ begin: form.dataset.begin, csrf, file: each });
    upload.addEventListener("progress", ({ detail }) => tell(detail, each.size));
    sent.push(upload);
    return upload;
  };
  sent = [];
  try {
    const before = definition ? await sending(definition).arrive() : null;
    location.assign(await sending(file).send(before));
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
  refuse(error.facts ? error.message : gettext("The server cannot be reached. Try again."));
}

function refuse(words) {
  area.hidden = true;
  problem.textContent = words;
  problem.hidden = false;
  rest();
}

function rest() {
  send.disabled = chosen.disabled = false;
  pause.disabled = true;
  send.focus();
}
