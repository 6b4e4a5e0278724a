// Something is in the way of the session: what it is, what to do, and the buttons for it, on the stage.
import { gettext } from "./i18n.js";

export class ProblemCard {
  #card;
  #template;
  #actions;

  /** `actions` maps the names used by media_problems.js and service_problems.js to functions. */
  constructor(card, template, actions) {
    this.#card = card;
    this.#template = template;
    this.#actions = actions;
  }

  get isShown() {
    return !this.#card.hidden;
  }

  show({ code, title, text, actions, technical }) {
    const content = this.#template.content.cloneNode(true);
    const part = (name) => content.querySelector(`[data-part="${name}"]`);
    part("title").textContent = title;
    part("text").textContent = text;
    part("technical").textContent = technical;
    part("details").hidden = !technical;
    part("actions").append(...actions.map((name, index) => this.#button(name, index === 0)));
    this.#card.dataset.code = code;
    this.#card.replaceChildren(content);
    this.#card.hidden = false;
    this.#card.querySelector("button")?.focus({ preventScroll: true });
  }

  hide() {
    this.#card.hidden = true;
    this.#card.replaceChildren();
  }

  #button(name, first) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = first ? "button button-primary" : "button-on-stage";
    button.dataset.action = name;
    button.textContent = label(name);
    button.addEventListener("click", () => this.#actions[name]());
    return button;
  }
}

function label(name) {
  const labels = {
    retry: gettext("Retry"),
    start: gettext("Start again"),
    sample: gettext("Use a sample instead"),
    secure: gettext("Open the secure address"),
    window: gettext("Open in its own window"),
    reload: gettext("Reload"),
    gallery: gettext("To the gallery"),
    sign_in: gettext("Sign in"),
    check: gettext("Check your connection"),
    join_again: gettext("Join again"),
    use_here: gettext("Use this tab instead"),
    lobby: gettext("To the rooms"),
  };
  return labels[name];
}
