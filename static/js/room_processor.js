// What one wears: chosen in the panel, changed without leaving, with the same controls as in the processor's studio.
import { gettext } from "./i18n.js";
import { fetchProcessorPage } from "./processor_page.js";
import { setText } from "./set_text.js";
import { badgeWords } from "./status.js";
import { uploadFile } from "./upload.js";

export function joinProcessor(room) {
  const { $, parameters, link, session } = room;
  $("#worn").addEventListener("change", () => change(room));
  parameters.addEventListener("change", ({ detail }) => session.manifest && link.change(detail.values));
  parameters.addEventListener("file", ({ detail }) => upload(room, detail));
  link.addEventListener("accepted", ({ detail }) => show(room, detail.values, detail.errors));
  session.addEventListener("accepted", ({ detail }) => show(room, detail.values ?? {}, detail.errors));
  session.addEventListener("data", ({ detail }) => {
    if (detail.type === "parameters") link.acknowledged(detail);
    if (detail.type === "processor" && session.manifest) setText($("#worn-said"), badgeWords(detail));
  });
}

function show({ parameters, session }, values, errors) {
  if (session.manifest) parameters.show(values, errors);
}

async function change(room) {
  const { $, session } = room;
  const select = $("#worn");
  const wanted = select.value;
  setText($("#worn-said"), gettext("Changing …"));
  try {
    const next = wanted ? await load(room, wanted) : null;
    const { parameters = {}, errors = {} } = await session.wear(next?.config.manifest ?? null, next?.config.manifest.defaults ?? {});
    adopt(room, next, parameters, errors);
    setText($("#worn-said"), elsewhere(session.manifest));
  } catch (error) {
    select.value = session.manifest?.slug ?? "";
    setText($("#worn-said"), `${gettext("The processor was not changed.")} ${error.message}`);
  }
}

async function load({ config }, slug) {
  const { url } = config.processors.find((each) => each.slug === slug);
  const next = await fetchProcessorPage(url);
  if (!next.config.manifest) throw new Error(gettext("This processor is not installed on this server."));
  return next;
}

function adopt(room, next, values, errors) {
  const { $, parameters } = room;
  room.worn = next?.config ?? null;
  const form = next ? document.adoptNode(next.page.querySelector("#parameters")) : emptyForm();
  $("#parameters").replaceWith(form);
  if (!next) return;
  parameters.attach(form, next.config.manifest.parameters, next.config.manifest.defaults);
  parameters.show(values, errors);
}

function emptyForm() {
  const form = document.createElement("form");
  form.id = "parameters";
  form.className = "parameters";
  form.hidden = true;
  return form;
}

/** Where a processor sends pictures to another server, that is said before anything else. */
function elsewhere(manifest) {
  return manifest?.privacy?.sends_elsewhere || "";
}

async function upload({ parameters, worn, config }, { name, file }) {
  try {
    parameters.uploaded(name, await uploadFile({ address: worn.urls.files, csrf: config.csrf, name, file }));
  } catch (error) {
    parameters.refuseFile(name, error.message);
  }
}
