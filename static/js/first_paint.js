// Runs before the first paint: a remembered theme must not flash the other one, nor a card jump. Not a module for that.
(() => {
  try {
    const theme = localStorage.getItem("showroom.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (localStorage.getItem("showroom.visited")) document.documentElement.dataset.visited = "";
  } catch {
    // Storage is blocked: the device's own preference holds.
  }
  // On a slow line the page stands before its modules have come, which run before DOMContentLoaded: a press on Start
  // must not be lost until then. studio.js makes up for it.
  const note = ({ target }) => {
    const button = target.closest?.("#start, #start-sample");
    if (!button) return;
    button.ariaBusy = "true";
    document.documentElement.dataset.earlyPress = button.id;
  };
  addEventListener("click", note, true);
  addEventListener("DOMContentLoaded", () => removeEventListener("click", note, true), { once: true });
})();
