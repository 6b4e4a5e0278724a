// A picture or clip of the visitor's own: chosen or dropped on the stage, sent like a camera's, its result saved.
import { gettext } from "./i18n.js";
import { canShow, isPhoto } from "./sample.js";

export function joinFiles(studio) {
  const { $, session, source } = studio;
  for (const input of [$("#start-file"), $("#sample-file")]) input?.addEventListener("change", () => take(studio, input));
  tendDrops(studio, $("#stage"));
  const show = () => (document.documentElement.dataset.source = isPhoto(source.file) ? "photo" : "other");
  source.addEventListener("track", show);
  session.addEventListener("state", show);
}

function take(studio, input) {
  const [file] = input.files;
  input.value = "";
  if (file) useFile(studio, file);
}

async function useFile(studio, file) {
  const { session, source, menus, notices, $ } = studio;
  for (const menu of $("#bar").querySelectorAll("details[open]")) menu.open = false;
  notices.dismiss("file");
  if (!(await canShow(file))) {
    return notices.show("file", gettext("This file does not open as a picture or clip. Choose another one."));
  }
  if (session.isRunning) await source.openSample(session.manifest.takes, file);
  else await studio.start({ sample: true, file });
  menus.refresh();
}

/** Leaving a part of the stage for another part of it is no leaving. */
function tendDrops(studio, stage) {
  const wanted = ({ dataTransfer }) => dataTransfer.types.includes("Files") && studio.session.manifest.takes.includes("video");
  stage.addEventListener("dragover", (event) => {
    if (!wanted(event)) return;
    event.preventDefault();
    stage.dataset.drop = "";
  });
  stage.addEventListener("dragleave", (event) => stage.contains(event.relatedTarget) || delete stage.dataset.drop);
  stage.addEventListener("drop", (event) => {
    delete stage.dataset.drop;
    if (!wanted(event)) return;
    event.preventDefault();
    useFile(studio, event.dataTransfer.files[0]);
  });
}
