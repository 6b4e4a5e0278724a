// <details class="menu"> opens by itself; this closes it the way people expect of a menu.
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

export function tendMenus() {
  document.addEventListener("pointerdown", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", closeByEscape);
}
