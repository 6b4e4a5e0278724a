// Another processor without ending the session: the header's links, taken over while it is live.
import { gettext } from "./i18n.js";
import { mediaProblem } from "./media_problems.js";
import { MissingMedia } from "./media_source.js";
import { attachParameters } from "./studio_parameters.js";
import { attachResults } from "./studio_results.js";
import { showDevices } from "./studio_devices.js";
import { fetchProcessorPage, putInPlace } from "./processor_page.js";

export function joinSwitch(studio) {
  const menu = document.querySelector(".processor-menu");
  menu?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-slug]");
    if (!link || studio.session.state !== "live" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
    if (link.dataset.slug !== studio.session.manifest.slug) switchTo(studio, link.href);
  });
  addEventListener("popstate", () => location.reload());
}

async function switchTo(studio, address) {
  const { session, stage, notices } = studio;
  notices.dismiss("switch");
  try {
    const next = await fetchProcessorPage(address);
    if (!next.config.manifest) throw new Error(gettext("This processor is not installed on this server."));
    stage.hold();
    const { parameters, errors = {} } = await session.switchProcessor(next.config.manifest, next.config.manifest.defaults);
    adopt(studio, next);
    studio.parameters.show(parameters, errors);
  } catch (error) {
    notices.show("switch", `${gettext("The processor was not changed.")} ${reason(error)}`);
  } finally {
    stage.release();
  }
}

/** A camera or microphone that did not open has words of its own. */
function reason(error) {
  if (!(error instanceof MissingMedia)) return error.message;
  const { title, text } = mediaProblem(error.cause, error.kind);
  return `${title}. ${text}`;
}

function adopt(studio, next) {
  putInPlace(next);
  Object.assign(studio.config, next.config);
  studio.results.clear();
  attachParameters(studio);
  attachResults(studio);
  showDevices(studio);
}
