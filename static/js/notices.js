// Small messages over the stage: each stays until it is settled, and can carry one action.
export class Notices {
  #list;
  #template;

  constructor(list, template) {
    this.#list = list;
    this.#template = template;
  }

  show(name, text, action = null) {
    this.dismiss(name);
    const item = this.#template.content.firstElementChild.cloneNode(true);
    const part = (key) => item.querySelector(`[data-part="${key}"]`);
    item.dataset.notice = name;
    part("text").textContent = text;
    if (action) part("action").textContent = action.label;
    else part("action").remove();
    part("action")?.addEventListener("click", () => this.#act(name, action));
    part("dismiss").addEventListener("click", () => this.dismiss(name));
    this.#list.append(item);
  }

  dismiss(name) {
    this.#list.querySelector(`[data-notice="${name}"]`)?.remove();
  }

  clear() {
    this.#list.replaceChildren();
  }

  #act(name, { run }) {
    this.dismiss(name);
    run();
  }
}
