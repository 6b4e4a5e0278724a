// The page of another processor, fetched and put in place piece by piece while the session goes on.
import { gettext } from "./i18n.js";

const PIECES = ["#processor-title", ".processor-menu nav", "#about-processor", "#parameters", "#results", "#welcome .stage-still", "#promise"];

export async function fetchProcessorPage(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected) throw new Error(gettext("Its page does not open just now."));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { page, config: JSON.parse(page.getElementById("config").textContent), address };
}

export function putInPlace({ page, address }) {
  for (const selector of PIECES) {
    const fresh = page.querySelector(selector);
    if (fresh) document.querySelector(selector)?.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  if (address !== location.href) history.pushState({ switched: true }, "", address);
}
