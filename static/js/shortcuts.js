// Single letters press the buttons of the bar, unless somebody is typing or has switched the letters off.
import { recall, remember } from "./storage.js";

const KEYS = { m: '[data-toggle="audio"]', v: '[data-toggle="video"]', f: "#full-screen", s: "#snapshot" };

function isTyping(target) {
  return target.matches?.("input:not([type=range], [type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

/** `wanted` is the checkbox; voice control and stray keys would press buttons that nobody meant. */
export function tendShortcuts(bar, wanted) {
  wanted.checked = recall("shortcuts", true);
  wanted.addEventListener("change", () => remember("shortcuts", wanted.checked));
  document.addEventListener("keydown", (event) => {
    if (!wanted.checked) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const button = KEYS[event.key.toLowerCase()] && bar.querySelector(KEYS[event.key.toLowerCase()]);
    if (button && button.offsetParent !== null) button.click();
  });
}
