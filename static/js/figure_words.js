// Figures of a connection in words and units.
import { fill, gettext, language, number, quantity } from "./i18n.js";

const FORMATS = {
  fps_in: rate,
  processed: rate,
  dropped: rate,
  fps_out: rate,
  fps_sent: rate,
  fps_shown: rate,
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
  lost_up: percent,
  lost_down: percent,
  path: pathWords,
  server: (name) => `${location.host} · ${name}`,
  bottleneck: bottleneckWords,
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

function percent(value) {
  return value.toLocaleString(language, { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 });
}

function bottleneckWords(who) {
  return { network: gettext("your network"), device: gettext("your device"), server: gettext("our server"), none: gettext("nothing") }[who];
}

function pathWords({ relayed, protocol }) {
  const words = relayed ? gettext("over a relay (%(protocol)s)") : gettext("direct (%(protocol)s)");
  return fill(words, { protocol: String(protocol).toUpperCase() });
}
