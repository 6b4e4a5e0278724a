// Figures into the cells that name them, and the bar that shows where the time goes; in the drawer and in the panel.
import { inWords } from "./figure_words.js";
import { setText } from "./set_text.js";

const DELAY_PARTS = ["network", "queue", "process", "encode", "playback"];

export function fillCells(root, figures) {
  for (const cell of root.querySelectorAll("[data-figure]")) setText(cell, inWords(cell.dataset.figure, figures[cell.dataset.figure]));
  const bar = root.querySelector(".delay-bar");
  if (!bar.children.length) bar.append(...DELAY_PARTS.map(delaySpan));
  for (const part of bar.children) part.style.setProperty("--share", figures[`${part.dataset.part}_ms`] ?? 0);
}

function delaySpan(part) {
  const span = document.createElement("span");
  span.dataset.part = part;
  return span;
}
