// The list: questions that become answers, from top to bottom.
import { setText } from "./set_text.js";

export class Lines {
  #list;
  #template;
  #lines = new Map();

  constructor(list, template) {
    this.#list = list;
    this.#template = template;
  }

  /** `questions` is a list of [name, question]; all wait. */
  reset(questions) {
    this.#lines.clear();
    this.#list.replaceChildren(...questions.map(([name, question]) => this.#make(name, question)));
  }

  run(name) {
    this.#set(name, { state: "running" });
  }

  /** `answer` is { state, code, answer, fix, figure }; states: good, warn, bad, skipped. */
  settle(name, answer) {
    this.#set(name, answer);
  }

  skipRest(answer) {
    for (const [name, { state }] of this.#lines) if (["waiting", "running"].includes(state)) this.#set(name, { state: "skipped", answer });
  }

  get(name) {
    return this.#lines.get(name) ?? {};
  }

  all() {
    return [...this.#lines.values()].map(({ element: _, ...line }) => line);
  }

  #make(name, question) {
    const element = this.#template.content.cloneNode(true).firstElementChild;
    element.dataset.line = name;
    setText(element.querySelector('[data-part="question"]'), question);
    this.#lines.set(name, { name, question, state: "waiting", element });
    return element;
  }

  #set(name, { state, code = "", answer = "", fix = "", figure = "" }) {
    const line = this.#lines.get(name);
    Object.assign(line, { state, code, answer, fix, figure });
    line.element.dataset.state = state;
    line.element.dataset.code = code;
    for (const part of ["answer", "fix", "figure"]) {
      const place = line.element.querySelector(`[data-part="${part}"]`);
      setText(place, line[part]);
      if (part !== "figure") place.hidden = !line[part];
    }
  }
}
