// Cameras, microphones and speakers: the list, the remembered choice, what came and what went.
import { emit } from "./events.js";
import { recall, remember, forget } from "./storage.js";
import { gettext, fill } from "./i18n.js";

export class Devices extends EventTarget {
  #known = [];

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.refresh());
  }

  async refresh() {
    const before = this.#known;
    this.#known = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    // Before permission devices have neither name nor id: learning them is not plugging them in.
    const knewThem = before.some(({ deviceId }) => deviceId);
    emit(this, "change", {
      added: knewThem ? without(this.#known, before) : [],
      removed: without(before, this.#known),
    });
  }

  /** Before permission browsers give no names. */
  list(kind) {
    const devices = this.#known.filter((device) => device.kind === kind);
    return devices.map(({ deviceId, label }, index) => ({ id: deviceId, label: label || placeholder(kind, index + 1) }));
  }

  chosen(kind) {
    return recall(`device.${kind}`);
  }

  choose(kind, id) {
    if (id) remember(`device.${kind}`, id);
    else forget(`device.${kind}`);
  }
}

function without(devices, others) {
  const ids = new Set(others.map(({ kind, deviceId }) => kind + deviceId));
  return devices.filter(({ kind, deviceId }) => !ids.has(kind + deviceId));
}

function placeholder(kind, number) {
  const names = {
    videoinput: gettext("Camera %(number)s"),
    audioinput: gettext("Microphone %(number)s"),
    audiooutput: gettext("Speaker %(number)s"),
  };
  return fill(names[kind], { number });
}
