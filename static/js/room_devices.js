// Camera, microphone and speaker, before joining and inside: both bars show the same and do the same.
import { DeviceMenus } from "./device_menus.js";
import { emit } from "./events.js";
import { fill, gettext } from "./i18n.js";
import { mediaProblem, withoutSample } from "./media_problems.js";
import { playTestSound } from "./test_sound.js";

// What browsers call the system's own choice.
const SYSTEM_SPEAKER = "default";
const TRACKS = { videoinput: "video", audioinput: "audio" };
const LOUD = 0.35; // of the level bar: somebody speaks into a muted microphone

export function joinDevices(room) {
  const { devices, source, level } = room;
  const bars = ["#prejoin-bar", "#room-bar"].map((selector) => room.$(selector));
  room.bars = bars;
  room.menus = bars.map((bar) => new DeviceMenus(bar, devices, room.$("#choice-template"), (kind) => inUse(room, kind)));
  room.own = () => ({ muted: !isOn(source, "audio"), camera_off: !isOn(source, "video") });
  room.setSending = (kind, enabled, options) => setSending(room, kind, enabled, options);

  for (const menus of room.menus) menus.addEventListener("choose", ({ detail }) => choose(room, detail));
  for (const bar of bars) bar.addEventListener("click", (event) => clicked(room, event.target));
  devices.addEventListener("change", ({ detail }) => greetNew(room, detail.added));
  source.addEventListener("track", ({ detail }) => came(room, detail));
  source.addEventListener("dropped", ({ detail }) => went(room, detail.kind));
  source.addEventListener("unplugged", ({ detail }) => unplugged(room, detail.kind));
  level.addEventListener("level", ({ detail }) => showLevel(room, detail.level));
  level.addEventListener("silent", () => isOn(source, "audio") && room.say("silent", gettext("No sound from this microphone. Is it switched off, or is it the wrong one?")));
  level.addEventListener("sound", () => room.unsay("silent"));
  showPossible(bars);
  showEnabled(room);
  devices.refresh();
}

const isOn = (source, kind) => Boolean(source.tracks[kind]) && source.isEnabled(kind);

function showPossible(bars) {
  for (const bar of bars) {
    bar.querySelector("[data-speaker]").hidden = !("setSinkId" in HTMLMediaElement.prototype);
    bar.querySelector('[data-act="flip"]').hidden = !matchMedia("(pointer: coarse)").matches;
  }
}

function inUse({ source, devices }, kind) {
  const fallback = kind === "audiooutput" ? SYSTEM_SPEAKER : null;
  return source.tracks[TRACKS[kind]]?.getSettings().deviceId ?? devices.chosen(kind) ?? fallback;
}

function clicked(room, target) {
  const toggle = target.closest("[data-toggle]");
  if (toggle) setSending(room, toggle.dataset.toggle, !room.source.isEnabled(toggle.dataset.toggle));
  const act = target.closest("[data-act]")?.dataset.act;
  if (act === "flip") attempt(room, "video", () => room.source.flip());
  if (act === "test-sound") playTestSound(room.devices.chosen("audiooutput"));
}

/** A camera that is off is closed, so that its light is off; a microphone only falls silent, and can warn. */
async function setSending(room, kind, enabled, options) {
  const { source, devices } = room;
  source.setEnabled(kind, enabled, options);
  showEnabled(room);
  if (kind === "audio") {
    room.isWarned = false;
    room.unsay("muted");
  }
  if (enabled) room.unsay("suffered");
  if (kind === "video" && !enabled && source.tracks.video) source.keepOnly(["audio"]);
  const wanted = enabled && !source.tracks[kind] && room.isLooking();
  if (wanted) await attempt(room, kind, () => source.switchDevice(kind, devices.chosen(`${kind}input`)));
  told(room);
}

/** Our own state goes to the others, and to whatever shows it here. */
function told(room) {
  room.session.tell(room.own());
  emit(room.source, "own", room.own());
}

async function choose(room, { kind, id, label }) {
  const { devices, source } = room;
  devices.choose(kind, id);
  if (kind === "audiooutput") await room.sounds.setSink(id);
  else if (source.isEnabled(TRACKS[kind])) await attempt(room, TRACKS[kind], () => source.switchDevice(TRACKS[kind], id), label);
  for (const menus of room.menus) menus.refresh();
}

/** A device that cannot be switched to leaves the old one running, and says so. */
async function attempt(room, kind, step, label = "") {
  const { source } = room;
  room.unsay(`${kind}-gone`);
  try {
    await step();
    room.unsay("switch");
  } catch (error) {
    source.problems[kind] = error;
    const { title, text } = withoutSample(mediaProblem(error, kind));
    const goesOn = fill(gettext("%(problem)s. The one in use goes on."), { problem: label ? `${label}: ${title}` : title });
    room.say("switch", source.tracks[kind] ? goesOn : `${title}. ${text}`);
  }
  for (const menus of room.menus) menus.refresh();
  emit(source, "attempted", { kind });
}

function came(room, { kind, track }) {
  room.unsay(`${kind}-gone`);
  if (kind === "audio") room.level.follow(track);
  told(room);
}

function went(room, kind) {
  if (kind === "audio") room.level.stop();
  told(room);
}

function unplugged(room, kind) {
  const words = { video: gettext("Camera disconnected."), audio: gettext("Microphone disconnected.") };
  went(room, kind);
  room.say(`${kind}-gone`, words[kind], {
    label: gettext("Use another"),
    run: () => attempt(room, kind, () => room.source.switchDevice(kind, null)),
  });
}

function greetNew(room, added) {
  if (!room.session.isRunning) return;
  for (const device of added.filter(({ kind }) => kind === "videoinput")) {
    room.say("new-device", fill(gettext("New camera detected: %(name)s"), { name: device.label || gettext("Camera") }), {
      label: gettext("Use"),
      run: () => choose(room, { kind: "videoinput", id: device.deviceId, label: device.label }),
    });
  }
}

function showEnabled({ source, bars }) {
  for (const bar of bars) {
    for (const kind of ["audio", "video"]) bar.querySelector(`[data-toggle="${kind}"]`).setAttribute("aria-pressed", String(source.isEnabled(kind)));
  }
}

function showLevel(room, level) {
  const enabled = room.source.isEnabled("audio");
  for (const bar of room.bars) bar.querySelector("[data-level]").style.setProperty("--level", enabled ? level : 0);
  if (!enabled && level > LOUD && room.session.isRunning) warnMuted(room);
}

/** Once each time one is muted: who closes the notice has read it. */
function warnMuted(room) {
  if (room.isWarned) return;
  room.isWarned = true;
  room.say("muted", gettext("You are muted."), { label: gettext("Unmute"), run: () => setSending(room, "audio", true) });
}
