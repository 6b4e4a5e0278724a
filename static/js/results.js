// Puts the values of a result into their views; each view knows only its own element.
import { createView } from "./result_views.js";

export class Results {
  #views = new Map();

  /** `described` is the manifest's `results`: name → { view, label, accumulate, keep, … }. */
  attach(section, described, overlay) {
    this.#views.clear();
    for (const [name, description] of Object.entries(described)) {
      const element = section.querySelector(`[data-result="${CSS.escape(name)}"]`);
      if (element) this.#views.set(name, createView(element, description, overlay));
    }
  }

  show({ data }) {
    for (const [name, value] of Object.entries(data)) this.#views.get(name)?.add(value);
  }

  /** Views that draw for themselves follow the shape of the picture. */
  redraw() {
    for (const view of this.#views.values()) view.draw();
  }

  clear() {
    for (const view of this.#views.values()) view.clear();
  }
}
