// Camera, microphone, speaker and sample: the menus and toggles of the bar, and what devices do by themselves.
import { gettext, fill } from "./i18n.js";
import { mediaProblem } from "./media_problems.js";
import { playTestSound } from "./test_sound.js";
import { recall, remember } from "./storage.js";

const TRACKS = { videoinput: "video", audioinput: "audio" };
const LOUD = 0.35; // of the level bar: somebody speaks into a muted microphone

export function joinDevices(studio) {
  const { devices, menus, source, preview, level, $ } = studio;
  showDevices(studio);
  showEnabled(studio);
  devices.refresh();

  menus.addEventListener("choose", ({ detail }) => choose(studio, detail));
  devices.addEventListener("change", ({ detail }) => greetNew(studio, detail.added));
  source.addEventListener("track", ({ detail }) => showTrack(studio, detail));
  source.addEventListener("dropped", ({ detail }) => hideTrack(studio, detail.kind));
  source.addEventListener("unplugged", ({ detail }) => unplugged(studio, detail.kind));
  $("#bar").addEventListener("click", (event) => toggle(studio, event.target.closest("[data-toggle]")));
  $("#flip").addEventListener("click", () => attempt(studio, "video", () => source.flip()));
  $("#use-sample").addEventListener("click", () => useSample(studio));
  $("#test-sound").addEventListener("click", () => playTestSound(devices.chosen("audiooutput")));
  joinPreview(studio, preview);
  joinQuality($("#quality"));

  level.addEventListener("level", ({ detail }) => showLevel(studio, detail.level));
  level.addEventListener("silent", () => {
    if (source.kind === "camera" && source.isEnabled("audio")) studio.notices.show("silent", gettext("No sound from this microphone. Is it switched off, or is it the wrong one?"));
  });
  level.addEventListener("sound", () => studio.notices.dismiss("silent"));
}

/** What the processor takes decides which devices are on the bar. */
export function showDevices({ session, $ }) {
  const { takes, gives } = session.manifest;
  for (const kind of ["audio", "video"]) $(`[data-device="${kind}"]`).hidden = !takes.includes(kind);
  $('[data-device="speaker"]').hidden = !(gives.includes("audio") && "setSinkId" in HTMLMediaElement.prototype);
  $("#flip").hidden = !(takes.includes("video") && matchMedia("(pointer: coarse)").matches);
}

async function choose(studio, { kind, id, label }) {
  const { devices, source, session } = studio;
  devices.choose(kind, id);
  if (kind === "audiooutput") await studio.stage.video.setSinkId(id).catch(() => {});
  else if (session.isRunning) await attempt(studio, TRACKS[kind], () => switchTo(source, session, kind, id), label);
  studio.menus.refresh();
}

function switchTo(source, session, kind, id) {
  return source.kind === "sample" ? source.backToCamera(session.manifest.takes) : source.switchDevice(TRACKS[kind], id);
}

/** A device that cannot be switched to leaves the old one running, and says so. */
async function attempt(studio, kind, step, label = "") {
  studio.notices.dismiss(`${kind}-gone`);
  try {
    await step();
  } catch (error) {
    const { title } = mediaProblem(error, kind);
    const text = gettext("%(problem)s. The one in use goes on.");
    studio.notices.show("switch", fill(text, { problem: label ? `${label}: ${title}` : title }));
  }
  studio.menus.refresh();
}

function showTrack(studio, { kind, track }) {
  if (kind === "audio") return studio.level.follow(track);
  const mirrored = studio.source.kind === "camera" && studio.source.facing !== "environment";
  studio.preview.show(track, { mirrored });
  if (!studio.session.manifest.gives.includes("video")) studio.stage.show(new MediaStream([track]), { mirrored });
}

function hideTrack(studio, kind) {
  if (kind === "video") studio.preview.show(null, { mirrored: false });
  else studio.level.stop();
}

function unplugged(studio, kind) {
  const words = { video: gettext("Camera disconnected."), audio: gettext("Microphone disconnected.") };
  hideTrack(studio, kind);
  studio.session.peer?.setTrack(kind, null);
  studio.notices.show(`${kind}-gone`, words[kind], {
    label: gettext("Use another"),
    run: () => attempt(studio, kind, () => studio.source.switchDevice(kind, null)),
  });
}

function greetNew(studio, added) {
  if (!studio.session.isRunning) return;
  for (const device of added.filter(({ kind }) => kind === "videoinput")) {
    studio.notices.show("new-device", fill(gettext("New camera detected: %(name)s"), { name: device.label || gettext("Camera") }), {
      label: gettext("Use"),
      run: () => choose(studio, { kind: "videoinput", id: device.deviceId, label: device.label }),
    });
  }
}

function toggle(studio, button) {
  if (!button) return;
  const kind = button.dataset.toggle;
  studio.source.setEnabled(kind, !studio.source.isEnabled(kind));
  showEnabled(studio);
  studio.notices.dismiss("muted");
}

function showEnabled({ source, preview, $ }) {
  for (const kind of ["audio", "video"]) $(`[data-toggle="${kind}"]`).setAttribute("aria-pressed", String(source.isEnabled(kind)));
  preview.setOff(!source.isEnabled("video"));
}

function showLevel(studio, level) {
  const enabled = studio.source.isEnabled("audio");
  studio.$("#mic-level").style.setProperty("--level", enabled ? level : 0);
  if (!enabled && level > LOUD) studio.notices.show("muted", gettext("You are muted."));
}

async function useSample(studio) {
  const { session, source, $ } = studio;
  for (const menu of $("#bar").querySelectorAll("details[open]")) menu.open = false;
  if (!session.isRunning) return studio.start({ sample: true });
  await source.openSample(session.manifest.takes);
  studio.menus.refresh();
}

function joinPreview({ $ }, preview) {
  const button = $("#preview-toggle");
  const show = () => button.setAttribute("aria-pressed", String(preview.isShown));
  button.addEventListener("click", () => preview.setShown(!preview.isShown));
  preview.addEventListener("shown", show);
  show();
}

function joinQuality(list) {
  const mark = () => {
    for (const item of list.querySelectorAll("[data-quality]")) item.setAttribute("aria-checked", String(item.dataset.quality === recall("quality", "standard")));
  };
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-quality]");
    if (item) remember("quality", item.dataset.quality);
    mark();
  });
  mark();
}
