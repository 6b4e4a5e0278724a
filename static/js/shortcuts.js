// Single letters press the buttons of the bar, unless somebody is typing or has switched the letters off.
import { recall, remember } from "./storage.js";

const KEYS = { m: '[data-toggle="audio"]', v: '[data-toggle="video"]', f: "#full-screen", s: "#snapshot" };

function isTyping(target) {
  return target.matches?.("input:not([type=range], [type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

/** `wanted` is the checkbox; voice control and stray keys would press buttons that nobody meant. */
export function tendShortcuts(bar, wanted, keys = KEYS) {
  wanted.checked = recall("shortcuts", true);
  wanted.addEventListener("change", () => remember("shortcuts", wanted.checked));
  document.addEventListener("keydown", (event) => {
    if (!wanted.checked) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const selector = keys[event.key.toLowerCase()];
    const button = selector && bar.querySelector(selector);
    // In a closed menu it can be pressed too; hidden means that there is nothing to press.
    if (button && !button.closest("[hidden]")) button.click();
  });
}
