// The rest of the bar: sound only, full screen, and keys.
import { gettext } from "./i18n.js";
import { recall, remember } from "./storage.js";
import { tendFullScreen } from "./screen.js";
import { tendShortcuts } from "./shortcuts.js";

const KEYS = {
  m: '[data-toggle="audio"]',
  v: '[data-toggle="video"]',
  s: "#share-screen",
  p: '[data-opens="processor"]',
  c: '[data-opens="chat"]',
  u: '[data-opens="people"]',
  f: "#full-screen",
};

export function joinMore(room) {
  const { $, session, people } = room;
  const button = $("#audio-only");
  const set = (on) => {
    room.view.set(on);
    button.setAttribute("aria-pressed", String(on));
    people.show(people.list);
    if (on) room.notices.show("audio-only", gettext("Sound only: pictures of the others stay off."), { label: gettext("Show pictures"), run: () => choose(false) });
    else room.notices.dismiss("audio-only");
  };
  const choose = (on) => {
    remember("room.audio_only", on);
    set(on);
  };
  button.addEventListener("click", () => {
    choose(button.getAttribute("aria-pressed") !== "true");
    $("#more").open = false;
    $("#more summary").focus({ preventScroll: true });
  });
  session.addEventListener("state", ({ detail }) => detail.state === "connecting" && set(recall("room.audio_only", room.config.room.audio_only_default)));
  $("#full-screen").hidden = !tendFullScreen($("#full-screen"), $(".meeting"), $("#look-video"));
  tendShortcuts($("#room-bar"), $("#shortcuts"), KEYS);
}
