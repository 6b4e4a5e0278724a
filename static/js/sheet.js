// On phones the column is a sheet: a tap on its grip opens and closes it, and so does a pull.
const PULL_PX = 24;

export function tendSheet(column) {
  const grip = column.querySelector(".grip");
  const isOpen = () => grip.getAttribute("aria-expanded") === "true";
  const set = (open) => grip.setAttribute("aria-expanded", String(open));
  let from = null;
  let pulled = false;

  grip.addEventListener("click", () => {
    if (!pulled) set(!isOpen());
    pulled = false;
  });
  grip.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    pulled = false;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (from === null || Math.abs(event.clientY - from) < PULL_PX) return;
    set(event.clientY < from);
    pulled = true;
    from = null;
  });
  grip.addEventListener("pointercancel", () => (from = null));
  column.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || grip.offsetParent === null) return;
    set(false);
    grip.focus();
  });
}
