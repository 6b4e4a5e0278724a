// Figures of a connection in words and units.
import { fill, gettext, number, quantity } from "./i18n.js";

export const FORMATS = {
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

/** What is not known is a dash. */
export function inWords(name, value) {
  return value === null || value === undefined ? "–" : FORMATS[name](value);
}

function rate(value) {
  return number(value, value < 10 && value % 1 ? 1 : 0);
}

export function milliseconds(value) {
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
