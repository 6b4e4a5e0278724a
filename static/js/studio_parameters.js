// Controls ↔ server: a change goes out while a session runs, what was accepted comes back into the controls.
import { uploadFile } from "./upload.js";

export function joinParameters(studio) {
  const { parameters, link, session } = studio;
  attachParameters(studio);

  parameters.addEventListener("change", ({ detail }) => session.isRunning && link.change(detail.values));
  parameters.addEventListener("file", ({ detail }) => upload(studio, detail));
  link.addEventListener("accepted", ({ detail }) => parameters.show(detail.values, detail.errors));
  session.addEventListener("accepted", ({ detail }) => parameters.show(detail.values ?? {}, detail.errors));
  session.addEventListener("data", ({ detail }) => detail.type === "parameters" && link.acknowledged(detail));
}

export function attachParameters({ parameters, session, $ }) {
  parameters.attach($("#parameters"), session.manifest.parameters, session.manifest.defaults);
}

async function upload({ parameters, config }, { name, file }) {
  try {
    const answer = await uploadFile({ address: config.urls.files, csrf: config.csrf, name, file });
    parameters.uploaded(name, answer);
  } catch (error) {
    parameters.refuseFile(name, error.message);
  }
}
