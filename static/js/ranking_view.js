// Names with the length of their share: the longest first.
import { language } from "./i18n.js";
import { setText } from "./set_text.js";

export class RankingView {
  #list;
  #words;

  constructor(element, { labels }) {
    this.#list = element.querySelector("[data-ranking]");
    this.#words = labels ?? {};
  }

  add(shares) {
    while (this.#list.children.length > shares.length) this.#list.lastElementChild.remove();
    while (this.#list.children.length < shares.length) this.#list.append(newLine());
    shares.forEach(([name, share], index) => this.#fill(this.#list.children[index], this.#words[name] ?? name, share));
  }

  draw() {}

  clear() {
    this.add([]);
  }

  #fill(line, name, share) {
    const [named, figure, meter] = line.children;
    setText(named, name);
    setText(figure, share.toLocaleString(language, { style: "percent" }));
    meter.value = share;
  }
}

function newLine() {
  const line = document.createElement("li");
  const parts = ["span", "span", "meter"].map((tag) => document.createElement(tag));
  parts[1].className = "figure";
  // The figure beside it says the same.
  parts[2].setAttribute("aria-hidden", "true");
  line.append(...parts);
  return line;
}
