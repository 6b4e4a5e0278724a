// The details drawer: figures in words and units, at most twice a second.
import { gettext, number, quantity, fill } from "./i18n.js";

const DELAY_PARTS = ["network", "queue", "process", "encode", "playback"];

const FORMATS = {
  fps_in: rate,
  processed: rate,
  dropped: rate,
  fps_out: rate,
  network_ms: milliseconds,
  queue_ms: milliseconds,
  process_ms: milliseconds,
  encode_ms: milliseconds,
  playback_ms: milliseconds,
  delay_ms: milliseconds,
  size_in: dimensions,
  size_out: dimensions,
  codec: (value) => value,
  bitrate_up: bitrate,
  bitrate_down: bitrate,
  lost: (value) => number(value),
  path: pathWords,
};

export class Hud {
  #dialog;
  #opener;

  constructor(dialog, opener) {
    this.#dialog = dialog;
    this.#opener = opener;
    opener.addEventListener("click", () => this.toggle());
    dialog.querySelector("#details-close").addEventListener("click", () => this.close());
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return this.#dialog.open;
  }

  toggle() {
    if (this.#dialog.open) return this.close();
    this.#dialog.show();
    return this.#dialog.querySelector("#details-close").focus();
  }

  close() {
    this.#dialog.close();
    this.#opener.focus();
  }

  show(figures, phases) {
    if (!this.#dialog.open) return;
    for (const [name, format] of Object.entries(FORMATS)) this.#set(name, figures[name], format);
    this.#drawDelay(figures);
    this.#listPhases(phases);
  }

  #set(name, value, format) {
    const cell = this.#dialog.querySelector(`[data-figure="${name}"]`);
    const text = value === null || value === undefined ? "–" : format(value);
    if (cell.textContent !== text) cell.textContent = text;
  }

  #drawDelay(figures) {
    const bar = this.#dialog.querySelector("#delay-bar");
    if (!bar.children.length) bar.append(...DELAY_PARTS.map(delaySpan));
    for (const part of bar.children) part.style.setProperty("--share", figures[`${part.dataset.part}_ms`] ?? 0);
  }

  #listPhases(phases) {
    const list = this.#dialog.querySelector("#phases");
    if (list.children.length === phases.length) return;
    list.replaceChildren(...phases.map(phaseRow));
  }
}

function delaySpan(part) {
  const span = document.createElement("span");
  span.dataset.part = part;
  return span;
}

function phaseRow({ name, ms }) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = phaseName(name);
  value.textContent = milliseconds(ms);
  value.className = "figure";
  row.append(term, value);
  return row;
}

function phaseName(name) {
  const names = {
    asked: gettext("Camera asked for"),
    granted: gettext("Camera granted"),
    opened: gettext("Session opened"),
    answered: gettext("Worker answered"),
    connected: gettext("Connected"),
    media: gettext("First picture sent back"),
    "first frame": gettext("First picture shown"),
    live: gettext("Live"),
  };
  return names[name] ?? name;
}

function rate(value) {
  return number(value, value < 10 && value % 1 ? 1 : 0);
}

function milliseconds(value) {
  return quantity(value, "ms", value < 10 && value % 1 ? 1 : 0);
}

function dimensions([width, height]) {
  return `${width} × ${height}`;
}

function bitrate(value) {
  return value < 1e6 ? quantity(value / 1e3, "kbit/s") : quantity(value / 1e6, "Mbit/s", 1);
}

function pathWords({ relayed, protocol }) {
  const words = relayed ? gettext("over a relay (%(protocol)s)") : gettext("direct (%(protocol)s)");
  return fill(words, { protocol: String(protocol).toUpperCase() });
}
