// Light, dark, or as the device: kept per browser; first_paint.js applies it before the first paint.
function choose(menu, theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem("showroom.theme");
    else localStorage.setItem("showroom.theme", theme);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
  show(menu);
}

function show(menu) {
  const theme = document.documentElement.dataset.theme ?? "auto";
  for (const button of menu.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

export function tendThemeMenu(menu) {
  if (!menu) return;
  menu.hidden = false;
  show(menu);
  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(menu, button.dataset.themeChoice);
  });
}
