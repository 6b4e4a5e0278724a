// Many boxes to tick, folded away: a search, one stop for Tab, arrow keys from box to box, the chosen ones by name.
import { gettext } from "./i18n.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

export class ChoicesField {
  #element;
  #noneLabel;

  constructor(element, { none_label: noneLabel }) {
    this.#element = element;
    this.#noneLabel = noneLabel;
    this.#part("list").addEventListener("keydown", (event) => this.#move(event));
    this.#part("search")?.addEventListener("input", (event) => this.#search(event));
    this.#part("search")?.addEventListener("keydown", (event) => this.#enter(event));
    this.#part("clear").addEventListener("click", () => this.#clear());
    this.paint();
  }

  get value() {
    return this.#boxes.filter((box) => box.checked).map((box) => box.value);
  }

  set value(chosen) {
    for (const box of this.#boxes) box.checked = chosen.includes(box.value);
    this.paint();
  }

  paint() {
    const names = this.#boxes.filter((box) => box.checked).map(name);
    this.#part("chosen").textContent = names.length ? new Intl.ListFormat(document.documentElement.lang, { type: "unit" }).format(names) : this.#noneLabel;
    this.#part("clear").hidden = !names.length;
    this.#keepOneStop();
  }

  get #boxes() {
    return [...this.#element.querySelectorAll("input[type=checkbox]")];
  }

  get #shown() {
    return this.#boxes.filter((box) => !box.parentElement.hidden);
  }

  #part(part) {
    return this.#element.querySelector(`[data-part="${part}"]`);
  }

  #search(event) {
    event.stopPropagation();
    const words = event.target.value.trim().toLocaleLowerCase();
    for (const box of this.#boxes) box.parentElement.hidden = !name(box).toLocaleLowerCase().includes(words);
    this.#part("nothing").textContent = this.#shown.length ? "" : gettext("Nothing of this name.");
    this.#keepOneStop();
  }

  /** From the search straight into the list; Enter must not send the form. */
  #enter(event) {
    if (!["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    this.#focus(this.#shown[0]);
  }

  #move(event) {
    const boxes = this.#shown;
    const at = boxes.indexOf(event.target);
    const next = { Home: 0, End: boxes.length - 1 }[event.key] ?? at + MOVES[event.key];
    if (at < 0 || !boxes[next]) return;
    event.preventDefault();
    this.#focus(boxes[next]);
  }

  #focus(box) {
    if (!box) return;
    for (const other of this.#boxes) other.tabIndex = -1;
    box.tabIndex = 0;
    box.focus();
  }

  /** Eighty classes must not mean eighty presses of Tab. */
  #keepOneStop() {
    const boxes = this.#shown;
    const stop = boxes.find((box) => box === document.activeElement) ?? boxes.find((box) => box.checked) ?? boxes[0];
    for (const box of this.#boxes) box.tabIndex = box === stop ? 0 : -1;
  }

  /** Its own button vanishes, so the focus goes to the line above. */
  #clear() {
    const [first] = this.#boxes;
    this.value = [];
    this.#element.querySelector("summary").focus();
    first?.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const name = (box) => box.parentElement.textContent.trim();
