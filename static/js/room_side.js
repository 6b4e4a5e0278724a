// The panel beside the tiles: chat, people or processor, one at a time; on phones a sheet from below.
import { emit } from "./events.js";

export class Side extends EventTarget {
  #panel;
  #bar;
  open = null;

  constructor(panel, bar) {
    super();
    this.#panel = panel;
    this.#bar = bar;
    bar.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-opens]")));
    panel.addEventListener("click", (event) => event.target.closest("[data-close]") && this.close());
    panel.addEventListener("keydown", (event) => event.key === "Escape" && !event.target.closest("details[open]") && this.close());
  }

  show(name) {
    this.#set(name);
    const section = this.#section(name);
    (section.querySelector("[data-first], textarea, select") ?? section.querySelector("h2")).focus({ preventScroll: true });
  }

  /** The button that opened it takes the focus back. */
  close() {
    const opener = this.#bar.querySelector(`[data-opens="${this.open}"]`);
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#set(null);
    // What stands in a menu that is closed again cannot take it.
    if (hadFocus) (opener?.closest("details")?.querySelector("summary") ?? opener)?.focus({ preventScroll: true });
  }

  #pressed(button) {
    if (!button) return;
    const menu = button.closest("details");
    if (menu) menu.open = false;
    if (this.open === button.dataset.opens) this.close();
    else this.show(button.dataset.opens);
  }

  #set(name) {
    this.open = name;
    this.#panel.hidden = !name;
    for (const section of this.#panel.querySelectorAll("[data-panel]")) section.hidden = section.dataset.panel !== name;
    for (const button of this.#bar.querySelectorAll("[data-opens]")) button.setAttribute("aria-expanded", String(button.dataset.opens === name));
    emit(this, "change", { open: name });
  }

  #section(name) {
    return this.#panel.querySelector(`[data-panel="${name}"]`);
  }
}
