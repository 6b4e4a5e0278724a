// <details class="menu"> opens by itself; this closes it the way people expect of a menu.
const EDGE_PX = 8;

const openMenus = () => document.querySelectorAll("details.menu[open]");

function closeOthers(target) {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
}

function closeByEscape(event) {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

/** A menu at the edge of a small window moves in until all of it shows. */
function keepInside(menu) {
  const list = menu.querySelector(".menu-list");
  list.style.translate = "";
  if (!menu.open) return;
  const { left, right } = list.getBoundingClientRect();
  const over = Math.max(0, EDGE_PX - left) + Math.min(0, document.documentElement.clientWidth - EDGE_PX - right);
  if (over) list.style.translate = `${over}px`;
}

export function tendMenus() {
  document.addEventListener("toggle", ({ target }) => target.matches("details.menu") && keepInside(target), true);
  document.addEventListener("pointerdown", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", closeByEscape);
}
