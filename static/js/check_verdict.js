// The verdict: one plain sentence and the next step, from the answers of all lines.
import { fill, gettext } from "./i18n.js";
import { milliseconds } from "./check_words.js";

/** `lines.get(name)` is an answer; `paths` are the ways tried. Returns { code, state, title, next }. */
export function verdictOf(lines, paths, { relays }) {
  const direct = paths.direct?.connected ? paths.direct : null;
  const works = paths.relays.filter(({ connected }) => connected);
  const best = direct ?? works[0] ?? null;
  return hindered(lines, paths, best, relays) ?? ownDevice(lines) ?? working(lines, paths, direct, best);
}

function hindered(lines, { direct }, best, relays) {
  for (const name of ["socket", "server"]) {
    const { state, code, answer, fix } = lines.get(name);
    if (["bad", "warn"].includes(state)) return { code: serverCode(name, code), state: "bad", title: answer, next: fix };
  }
  if (best) return null;
  if (relays.length) {
    const refused = relays.map((_, index) => lines.get(`relay-${index}`)).find(({ code }) => code !== "relay_unreachable");
    return {
      code: "no_path",
      state: "bad",
      title: direct ? gettext("Video gets through neither directly nor over the relay.") : gettext("Video does not get through: the relay does not work."),
      next: refused?.fix ?? gettext("Try another network, for example your phone’s. If it fails there too, send a report."),
    };
  }
  return {
    code: "udp_blocked",
    state: "bad",
    title: gettext("Your network lets pages through, but not video."),
    next: gettext("Try another network, for example your phone’s. This site has no relay (TURN) that could go around it; its host could set one up."),
  };
}

function serverCode(name, code) {
  if (name === "socket") return code === "no_websocket" ? code : "no_server";
  return ["busy", "session_limit"].includes(code) ? "busy" : "no_server";
}

function ownDevice(lines) {
  const camera = lines.get("camera");
  if (camera.code === "insecure") return { code: "insecure", state: "bad", title: `${camera.answer}.`, next: camera.fix };
  if (camera.state === "bad") return { code: "no_camera", state: "bad", title: fill(gettext("The connection works, but your camera does not: %(why)s."), { why: camera.answer }), next: camera.fix };
  return null;
}

function working(lines, paths, direct, best) {
  const speed = lines.get("speed");
  if (speed.code === "slow") return { code: "slow", state: "warn", title: gettext("It works, but the way is narrow."), next: speed.fix };
  if (!direct) return overRelay(best, Boolean(paths.direct));
  const faulty = paths.relays.length && !paths.relays.some(({ connected }) => connected);
  if (faulty) {
    return {
      code: "relay_wrong",
      state: "warn",
      title: gettext("Everything works from here, but the relay of this site does not."),
      next: fill(gettext("You do not need it. Visitors whose networks block UDP do, so the host should know: %(fix)s"), { fix: lines.get("relay-0").fix }),
    };
  }
  const microphone = lines.get("microphone");
  if (microphone.code) return { code: "no_microphone", state: "warn", title: fill(gettext("Everything works but your microphone: %(why)s."), { why: microphone.answer }), next: microphone.fix };
  return { code: "good", state: "good", title: gettext("Everything works."), next: fill(gettext("Your picture goes straight to the media server and is there and back in %(time)s, plus the time of the model."), { time: milliseconds(direct.rttMs) }) };
}

function overRelay(best, wasBlocked) {
  const values = { way: String(best.protocol ?? "").toUpperCase(), time: milliseconds(best.rttMs) };
  if (!wasBlocked) return { code: "good", state: "good", title: gettext("Everything works."), next: fill(gettext("On this site everything goes over the relay; it is there and back in %(time)s."), values) };
  return {
    code: "good_relay",
    state: "good",
    title: fill(gettext("Your network blocks the direct way. The relay over %(way)s works, %(time)s."), values),
    next: gettext("There is nothing to do. On a network that lets UDP through the delay may be shorter."),
  };
}
