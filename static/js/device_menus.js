// The menus beside camera, microphone and speaker: what there is, and a mark at what is in use.
import { emit } from "./events.js";
import { gettext } from "./i18n.js";

export class DeviceMenus extends EventTarget {
  #bar;
  #devices;
  #template;
  #inUse;

  /** `inUse(kind)` returns the id of the device whose track runs, or of the chosen one. */
  constructor(bar, devices, template, inUse) {
    super();
    this.#bar = bar;
    this.#devices = devices;
    this.#template = template;
    this.#inUse = inUse;
    devices.addEventListener("change", () => this.refresh());
    bar.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-device-id]")));
    bar.addEventListener("keydown", (event) => this.#byArrow(event));
  }

  refresh() {
    for (const list of this.#bar.querySelectorAll("[data-choices]")) this.#fill(list, list.dataset.choices);
  }

  #fill(list, kind) {
    const devices = this.#devices.list(kind);
    const used = this.#inUse(kind);
    list.replaceChildren(...(devices.length ? devices.map((device) => this.#item(kind, device, device.id === used)) : [none(kind)]));
  }

  #item(kind, { id, label }, used) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    item.dataset.deviceId = id;
    item.dataset.deviceKind = kind;
    item.setAttribute("aria-checked", String(used));
    item.querySelector("[data-part=label]").textContent = label;
    return item;
  }

  #chosen(item) {
    if (!item) return;
    const menu = item.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
    emit(this, "choose", { kind: item.dataset.deviceKind, id: item.dataset.deviceId, label: item.textContent.trim() });
  }

  #byArrow(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const list = event.target.closest(".menu-list");
    if (!step || !list) return;
    event.preventDefault();
    const items = [...list.querySelectorAll("button, label")];
    items.at((items.indexOf(event.target) + step) % items.length)?.focus();
  }
}

function none(kind) {
  const note = document.createElement("p");
  note.className = "menu-note";
  note.textContent = {
    videoinput: gettext("No camera found, or not yet allowed."),
    audioinput: gettext("No microphone found, or not yet allowed."),
    audiooutput: gettext("The system’s speaker."),
  }[kind];
  return note;
}
