// The details drawer: figures in words and units, at most twice a second.
import { fillCells } from "./figure_cells.js";
import { milliseconds } from "./figure_words.js";
import { gettext } from "./i18n.js";

export class Hud {
  #dialog;
  #opener;

  constructor(dialog, opener) {
    this.#dialog = dialog;
    this.#opener = opener;
    opener.addEventListener("click", () => this.toggle());
    dialog.querySelector("#details-close").addEventListener("click", () => this.close());
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return this.#dialog.open;
  }

  toggle() {
    if (this.#dialog.open) return this.close();
    this.#dialog.show();
    return this.#dialog.querySelector("#details-close").focus();
  }

  close() {
    this.#dialog.close();
    this.#opener.focus();
  }

  show(figures, phases) {
    if (!this.#dialog.open) return;
    fillCells(this.#dialog, figures);
    this.#listPhases(phases);
  }

  #listPhases(phases) {
    const list = this.#dialog.querySelector("#phases");
    if (list.children.length === phases.length) return;
    list.replaceChildren(...phases.map(phaseRow));
  }
}

function phaseRow({ name, ms }) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = phaseName(name);
  value.textContent = milliseconds(ms);
  value.className = "figure";
  row.append(term, value);
  return row;
}

function phaseName(name) {
  const names = {
    asked: gettext("Camera asked for"),
    granted: gettext("Camera granted"),
    opened: gettext("Session opened"),
    answered: gettext("Worker answered"),
    connected: gettext("Connected"),
    media: gettext("First picture sent back"),
    "first frame": gettext("First picture shown"),
    live: gettext("Live"),
  };
  return names[name] ?? name;
}
