// One processor that is worn: the choice, and the same controls as in its studio, beside each other in one part of the panel.
import { gettext } from "./i18n.js";
import { ParameterLink } from "./parameter_link.js";
import { Parameters } from "./parameters.js";
import { fetchProcessorPage } from "./processor_page.js";
import { Results } from "./results.js";
import { setText } from "./set_text.js";
import { badgeWords } from "./status.js";
import { uploadFile } from "./upload.js";

const POINTING = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];

export class WornProcessor extends EventTarget {
  #box;
  #place;
  #session;
  #config;
  #page = null; // the configuration of the processor's own page
  #parameters = new Parameters();
  #results = new Results();
  // Lies over one's own tile.
  #overlay = document.createElement("canvas");
  #link;

  constructor(box, place, { session, config }) {
    super();
    this.#box = box;
    this.#place = place;
    this.#session = session;
    this.#config = config;
    this.#link = new ParameterLink({
      sendParameters: (...given) => session.sendParameters(place, ...given),
      requestParameters: (...given) => session.requestParameters(place, ...given),
    });
    this.#select.addEventListener("change", () => this.#change());
    this.#parameters.addEventListener("change", ({ detail }) => this.#manifest && this.#link.change(detail.values));
    this.#parameters.addEventListener("file", ({ detail }) => this.#upload(detail));
    this.#overlay.className = "tile-overlay";
    this.#overlay.addEventListener("fit", () => this.#results.redraw());
    this.#link.addEventListener("accepted", ({ detail }) => this.show(detail.values, detail.errors));
  }

  /** The canvas for what it finds in the picture; null while nothing is worn. */
  get overlay() {
    return this.#manifest ? this.#overlay : null;
  }

  values() {
    return this.#parameters.values();
  }

  /** The server's word. */
  show(values = {}, errors = {}) {
    if (this.#manifest) this.#parameters.show(values, errors);
  }

  /** A message of the data channel about this place. */
  heard(message) {
    if (message.type === "parameters") this.#link.acknowledged(message);
    if (message.type === "result" && this.#manifest && !message.participant) this.#results.show(message);
    if (message.type === "processor" && this.#manifest) this.#say(badgeWords(message) || this.#elsewhere());
  }

  hide(isHidden) {
    this.#box.hidden = isHidden;
  }

  async #change() {
    const slug = this.#select.value;
    this.#say(gettext("Changing …"));
    try {
      const next = slug ? await this.#load(slug) : null;
      const { manifest = null } = next?.config ?? {};
      const { parameters, errors } = await this.#session.wear(this.#place, manifest, manifest?.defaults ?? {});
      this.#adopt(next);
      this.dispatchEvent(new Event("change"));
      this.show(parameters, errors);
      this.#say(this.#elsewhere());
    } catch (error) {
      this.#select.value = this.#manifest?.slug ?? "";
      this.#say(`${gettext("The processor was not changed.")} ${error.message}`);
    }
  }

  async #load(slug) {
    const next = await fetchProcessorPage(this.#config.processors.find((each) => each.slug === slug).url);
    if (!next.config.manifest) throw new Error(gettext("This processor is not installed on this server."));
    return next;
  }

  /** Its controls take the place of the ones before. */
  #adopt(next) {
    this.#results.clear();
    this.#page = next?.config ?? null;
    const form = this.#put("form", "parameters", next?.page);
    const results = this.#put("section", "results", next?.page);
    const { parameters = [], defaults = {}, results: described = {} } = this.#page?.manifest ?? {};
    this.#parameters.attach(form, parameters, defaults);
    this.#results.attach(results, described, this.#overlay);
  }

  /** The piece of the processor's own page with this name, or an empty one that does not show. */
  #put(tag, name, page) {
    const piece = page ? document.adoptNode(page.querySelector(`#${name}`)) : document.createElement(tag);
    piece.hidden ||= !page;
    piece.classList.add(name);
    setApart(piece, this.#place);
    this.#box.querySelector(`:scope > ${tag}`).replaceWith(piece);
    return piece;
  }

  async #upload({ name, file }) {
    try {
      this.#parameters.uploaded(name, await uploadFile({ address: this.#page.urls.files, csrf: this.#config.csrf, name, file }));
    } catch (error) {
      this.#parameters.refuseFile(name, error.message);
    }
  }

  /** Where a processor sends pictures to another server, that is said before anything else. */
  #elsewhere() {
    return this.#manifest?.privacy?.sends_elsewhere || "";
  }

  #say(text) {
    setText(this.#box.querySelector('[data-part="said"]'), text);
  }

  get #manifest() {
    return this.#session.worn[this.#place];
  }

  get #select() {
    return this.#box.querySelector(":scope > select");
  }
}

/** Two processors may have a parameter of the same name; on one page ids must differ. */
function setApart(piece, place) {
  for (const element of [piece, ...piece.querySelectorAll("*")]) {
    if (element.id) element.id = `${place}-${element.id}`;
    for (const name of POINTING) {
      const ids = element.getAttribute(name);
      if (ids) element.setAttribute(name, ids.split(" ").map((id) => `${place}-${id}`).join(" "));
    }
  }
}
