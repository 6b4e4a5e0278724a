// The gallery works without this: search and tags are plain addresses. Here they act while one types.
import { followStates } from "./processor_states.js";
import { gettext, ngettext, fill } from "./i18n.js";

const TYPING_PAUSE_MS = 180;

const wall = document.getElementById("wall");
const search = document.querySelector(".gallery-search");
const found = document.getElementById("found");
let newest = 0;
let timer;

async function show(address) {
  const mine = (newest += 1);
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("wall");
  if (mine !== newest || !fresh) return;
  wall.replaceChildren(...fresh.childNodes);
  history.replaceState(null, "", address);
  announce();
  states.repaint();
}

function announce() {
  const count = Number(wall.querySelector(".cards")?.dataset.count ?? 0);
  const text = count ? ngettext("%(count)s processor", "%(count)s processors", count) : gettext("No processor found");
  found.textContent = fill(text, { count });
}

function searchAddress() {
  const query = new URLSearchParams(new FormData(search));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const text = query.toString();
  return text ? `${search.action}?${text}` : search.action;
}

search?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => show(searchAddress()), TYPING_PAUSE_MS);
});

search?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  show(searchAddress());
});

const states = followStates(wall);
