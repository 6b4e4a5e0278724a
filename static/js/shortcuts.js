// Single letters press the buttons of the bar, unless somebody is typing.
const KEYS = { m: '[data-toggle="audio"]', v: '[data-toggle="video"]', f: "#full-screen", s: "#snapshot" };

function isTyping(target) {
  return target.matches?.("input:not([type=range], [type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

export function tendShortcuts(bar) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const button = KEYS[event.key.toLowerCase()] && bar.querySelector(KEYS[event.key.toLowerCase()]);
    if (button && button.offsetParent !== null) button.click();
  });
}
