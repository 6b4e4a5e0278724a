// The studio: reads the page's facts, builds the parts, joins them by events. No part knows another.
import { Announcer } from "./announcer.js";
import { DeviceMenus } from "./device_menus.js";
import { Devices } from "./devices.js";
import { Figures } from "./figures.js";
import { Hud } from "./hud.js";
import { Level } from "./level.js";
import { MediaSource } from "./media_source.js";
import { Notices } from "./notices.js";
import { ParameterLink } from "./parameter_link.js";
import { Parameters } from "./parameters.js";
import { Preview } from "./preview.js";
import { Results } from "./results.js";
import { Session } from "./session.js";
import { Signalling } from "./signalling.js";
import { SoundView } from "./sound_view.js";
import { Stage } from "./stage.js";
import { recall } from "./storage.js";
import { joinDevices } from "./studio_devices.js";
import { joinFiles } from "./studio_files.js";
import { joinFigures } from "./studio_figures.js";
import { joinParameters } from "./studio_parameters.js";
import { joinResults } from "./studio_results.js";
import { joinSession } from "./studio_session.js";
import { joinSwitch } from "./studio_switch.js";
import { joinTools } from "./studio_tools.js";
import { offerToTools } from "./window_showroom.js";

const $ = (selector) => document.querySelector(selector);

function buildStudio(config) {
  const devices = new Devices();
  const studio = { config, $, devices, processor: null };
  studio.signalling = new Signalling(config.urls.socket);
  studio.stage = new Stage($("#stage"));
  studio.preview = new Preview($("#preview"));
  studio.parameters = new Parameters();
  studio.results = new Results();
  studio.figures = new Figures();
  studio.hud = new Hud($("#details"), $("#status"));
  studio.level = new Level();
  studio.soundView = new SoundView($("#sound-view"));
  studio.notices = new Notices($("#notices"), $("#notice-template"));
  studio.announcer = new Announcer($("#announcer"));
  studio.source = new MediaSource(devices, () => ({
    constraints: studio.session.manifest.constraints,
    quality: quality(),
    picture: config.urls.sample,
  }));
  studio.session = new Session({
    signalling: studio.signalling,
    source: studio.source,
    manifest: config.manifest,
    parameters: () => studio.parameters.values(),
    quality,
  });
  studio.link = new ParameterLink(studio.session);
  studio.menus = new DeviceMenus($("#bar"), devices, $("#choice-template"), (kind) => inUse(studio, kind));
  return studio;
}

const quality = () => recall("quality", "standard");

function inUse({ source, devices }, kind) {
  const track = { videoinput: source.tracks.video, audioinput: source.tracks.audio }[kind];
  if (source.kind === "sample") return null;
  return track?.getSettings().deviceId ?? devices.chosen(kind);
}

function makeUpForEarlyPress({ dataset }) {
  const button = $(`#${dataset.earlyPress ?? "none"}`);
  delete dataset.earlyPress;
  if (!button) return;
  button.ariaBusy = null;
  button.click();
}

const config = JSON.parse($("#config").textContent);

if (config.manifest) {
  const studio = buildStudio(config);
  joinParameters(studio);
  joinResults(studio);
  joinFigures(studio);
  joinDevices(studio);
  joinFiles(studio);
  joinSession(studio);
  joinSwitch(studio);
  joinTools(studio);
  offerToTools(studio);
  // Open before it is needed: Start should cost one round trip less.
  studio.signalling.open();
  makeUpForEarlyPress(document.documentElement);
}
