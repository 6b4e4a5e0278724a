// What the check asks, and what each outcome is called: a plain answer, and what to do about it.
import { fill, gettext, quantity } from "./i18n.js";
import { withoutSample } from "./media_problems.js";
import { serviceProblem } from "./service_problems.js";

const NAMES = { udp: "UDP", tcp: "TCP", tls: "TLS" };

export function questions(relays) {
  const ways = relays.length
    ? relays.map((transport, index) => [`relay-${index}`, fill(gettext("Does the relay work over %(way)s?"), { way: NAMES[transport] })])
    : [["relay-none", gettext("Is there a relay for networks that block the direct way?")]];
  return [
    ["camera", gettext("Can we reach your camera?")],
    ["microphone", gettext("Can we reach your microphone?")],
    ["socket", gettext("Does this page reach the server?")],
    ["server", gettext("Is a media server free?")],
    ["direct", gettext("Does the direct way for video work (UDP)?")],
    ...ways,
    ["speed", gettext("Is the way wide enough?")],
  ];
}

export const milliseconds = (value) => quantity(value, "ms", value < 10 ? 1 : 0);

export function mediaAnswer(problem, name) {
  if (!problem) return { state: "good", answer: name };
  return { state: problem.kind === "audio" ? "warn" : "bad", code: problem.code, answer: problem.title, fix: withoutSample(problem).text };
}

export function socketAnswer(outcome, tookMs) {
  if (outcome === "open") return { state: "good", figure: milliseconds(tookMs) };
  if (outcome === "blocked") {
    return {
      state: "bad",
      code: "no_websocket",
      answer: gettext("Pages come through, but the live connection (websocket) does not."),
      fix: gettext("A proxy, a firewall or an extension in between blocks it. Try without VPN and extensions, or on another network. For the host: the proxy must pass websockets at /ws/."),
    };
  }
  return { state: "bad", code: outcome, answer: gettext("The server does not answer."), fix: gettext("Check that you are online, then check again. If other sites open, tell the person who runs this site.") };
}

export function serverAnswer(refusal) {
  if (!refusal) return { state: "good" };
  const { title, text } = serviceProblem(refusal);
  return { state: refusal.code === "busy" || refusal.code === "session_limit" ? "warn" : "bad", code: refusal.code, answer: title, fix: text };
}

export function directAnswer(path, hasRelay) {
  if (path.connected) return { state: "good", figure: milliseconds(path.rttMs) };
  return {
    state: hasRelay ? "warn" : "bad",
    code: "udp_blocked",
    answer: gettext("No. Something between you and the media server blocks UDP."),
    fix: hasRelay
      ? gettext("The relay may still work, see below. For the host: the media worker’s UDP ports must be open.")
      : gettext("Try another network, for example your phone’s. For the host: open the media worker’s UDP ports, or set up a relay (TURN_URLS)."),
  };
}

export const directSkipped = () => ({ state: "skipped", answer: gettext("Not used: on this site everything goes over the relay.") });

export const noRelay = (directWorks) => ({
  state: "skipped",
  code: "no_relay",
  answer: directWorks
    ? gettext("No. You do not need it here; visitors whose networks block UDP would.")
    : gettext("No. Without one there is no other way."),
});

export function relayAnswer(path, transport) {
  if (path.connected) return { state: "good", figure: milliseconds(path.rttMs) };
  return { state: "warn", ...RELAY_FAULTS[relayFault(path)](NAMES[transport]) };
}

/** Which hand is on the switch: the relay's own refusal, the way to it, or its way to the worker. */
export function relayFault({ errors, relayed }) {
  const codes = errors.map(({ code }) => code);
  if (relayed) return "relay_worker";
  if (codes.some((code) => code === 401 || code === 403 || code === 438 || code === 441)) return "relay_refused";
  if (codes.includes(486)) return "relay_full";
  return "relay_unreachable";
}

const RELAY_FAULTS = {
  relay_refused: () => ({
    code: "relay_refused",
    answer: gettext("The relay answers, but refuses this site’s credentials."),
    fix: gettext("Only the host can mend it: TURN_SECRET must be the relay’s static-auth-secret, and both clocks must be right."),
  }),
  relay_full: () => ({
    code: "relay_full",
    answer: gettext("The relay is full just now."),
    fix: gettext("Check again in a few minutes."),
  }),
  relay_worker: () => ({
    code: "relay_worker",
    answer: gettext("The relay works, but finds no way to the media server."),
    fix: gettext("Only the host can mend it: TURN_WORKER_ADDRESSES must name the media workers, and the relay must reach them by UDP."),
  }),
  relay_unreachable: (way) => ({
    code: "relay_unreachable",
    answer: fill(gettext("The relay does not answer over %(way)s."), { way }),
    fix: gettext("Your network may block it. For the host: check TURN_URLS, the relay’s ports and, for TLS, its certificate."),
  }),
};

export function speedAnswer({ up, down }, enough) {
  const figure = `${upAndDown(up, enough)} ↑  ${upAndDown(down, enough)} ↓`;
  const least = Math.min(up, down);
  if (least > 1.2e6) return { state: "good", figure };
  if (least > 0.4e6) return { state: "warn", code: "slow", figure, answer: gettext("Enough for a small picture."), fix: gettext("Choose the low picture size in the studio, or a better network.") };
  return { state: "bad", code: "slow", figure, answer: gettext("Hardly enough for video."), fix: gettext("Move closer to your router, end other downloads, or use a cable.") };
}

function upAndDown(bits, enough) {
  const shown = quantity(Math.min(bits, enough) / 1e6, "Mbit/s", 1);
  return bits >= enough ? fill(gettext("over %(speed)s"), { speed: shown }) : shown;
}
