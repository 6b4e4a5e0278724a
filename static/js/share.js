// A link to this processor with the values set now, its code for phones, and the lines to embed it.
import { gettext } from "./i18n.js";

const EMBED_WIDTH = 960;
const EMBED_HEIGHT = 640;

export class Share {
  #menu;
  #urls;
  #query;

  /** `query()` gives the changed parameters as pairs; `urls()` the addresses of the processor at hand. */
  constructor(menu, { urls, query }) {
    this.#menu = menu;
    this.#urls = urls;
    this.#query = query;
    menu.addEventListener("toggle", () => menu.open && this.#refresh());
    this.#on("#share-copy", () => this.#copy(this.link(), gettext("Link copied.")));
    this.#on("#share-embed", () => this.#copy(this.embedCode(), gettext("Code copied. The host of this site must have allowed the other site.")));
    menu.querySelector("#share-link").addEventListener("focus", (event) => event.target.select());
  }

  link(extra = {}) {
    const address = new URL(location.pathname, location.href);
    address.search = new URLSearchParams([...this.#query(), ...Object.entries(extra)]).toString();
    return address.href;
  }

  embedCode() {
    const frame = document.createElement("iframe");
    frame.src = this.link({ embed: "1" });
    frame.allow = "camera; microphone; autoplay; fullscreen; picture-in-picture";
    frame.width = EMBED_WIDTH;
    frame.height = EMBED_HEIGHT;
    return frame.outerHTML;
  }

  #on(selector, action) {
    this.#menu.querySelector(selector).addEventListener("click", action);
  }

  #refresh() {
    this.#menu.querySelector("#share-link").value = this.link();
    this.#menu.querySelector("#share-said").textContent = "";
    this.#menu.querySelector("#share-code").src = `${this.#urls().code}${new URL(this.link()).search}`;
  }

  async #copy(text, said) {
    const copied = await copyText(text);
    this.#menu.querySelector("#share-said").textContent = copied ? said : gettext("Copying is blocked here. Select the link and copy it.");
    if (!copied) this.#menu.querySelector("#share-link").focus();
  }
}

/** `text` may be a promise: browsers that want to be asked in the click itself wait for it. */
export async function copyText(text) {
  try {
    await (text instanceof Promise && globalThis.ClipboardItem ? copyLater(text) : navigator.clipboard.writeText(await text));
    return true;
  } catch {
    return false;
  }
}

const copyLater = (text) => navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then((known) => new Blob([known], { type: "text/plain" })) })]);
