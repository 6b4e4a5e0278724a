// Runs before the first paint: a remembered theme must not flash the other one, nor a card jump. Not a module for that.
(() => {
  try {
    const theme = localStorage.getItem("showroom.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (localStorage.getItem("showroom.visited")) document.documentElement.dataset.visited = "";
  } catch {
    // Storage is blocked: the device's own preference holds.
  }
})();
