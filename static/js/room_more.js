// The rest of the bar: sound only, full screen, and keys.
import { gettext } from "./i18n.js";
import { recall, remember } from "./storage.js";
import { tendFullScreen, tendPictureInPicture } from "./screen.js";
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
  const { $, session, config } = room;
  joinAudioOnly(room);
  joinSwitch(room, $("#mix"), "room.mix", false, (on) => room.view.set({ mix: on && room.session.room.mix }));
  session.addEventListener("room.changed", ({ detail }) => ($("#mix").hidden = !detail.room.mix));
  $("#mix").hidden = !config.room.mix;
  $("#full-screen").hidden = !tendFullScreen($("#full-screen"), $(".meeting"), $("#look-video"));
  $("#picture-in-picture").hidden = !tendPictureInPicture($("#picture-in-picture"), () => largest(room));
  tendShortcuts($("#room-bar"), $("#shortcuts"), KEYS);
}

/** What is worth a window of its own: what is shown large, who else speaks, anybody else, oneself. */
function largest({ tiles, people, session }) {
  const shown = tiles.all.filter((tile) => !tile.video.hidden && tile.video.videoWidth);
  const others = shown.filter((tile) => tile.participant !== session.participant);
  const spoken = others.find((tile) => tile.source === "camera" && tile.participant === people.speaker);
  return [tiles.focused, spoken, others[0], shown[0]].find((tile) => shown.includes(tile))?.video ?? null;
}

function joinAudioOnly(room) {
  const { $, notices, people } = room;
  const choose = joinSwitch(room, $("#audio-only"), "room.audio_only", room.config.room.audio_only_default, (on) => {
    room.view.set({ audioOnly: on });
    people.show(people.list);
    const back = { label: gettext("Show pictures"), run: () => choose(false) };
    if (on) notices.show("audio-only", gettext("Sound only: pictures of the others stay off."), back);
    else notices.dismiss("audio-only");
  });
}

/** A remembered switch of the menu, in force from joining on; returns how to set it otherwise. */
function joinSwitch({ $, session }, button, name, fallback, set) {
  const apply = (on) => {
    button.setAttribute("aria-pressed", String(on));
    set(on);
  };
  const choose = (on) => {
    remember(name, on);
    apply(on);
  };
  button.addEventListener("click", () => {
    choose(button.getAttribute("aria-pressed") !== "true");
    $("#more").open = false;
    $("#more summary").focus({ preventScroll: true });
  });
  session.addEventListener("state", ({ detail }) => detail.state === "live" && apply(recall(name, fallback)));
  return choose;
}
