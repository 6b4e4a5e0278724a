// The tools around the picture: share, snapshot, full screen, picture in picture, shortcuts, the sheet on phones.
import { saveSnapshot } from "./snapshot.js";
import { tendFullScreen, tendPictureInPicture } from "./screen.js";
import { Share } from "./share.js";
import { tendSheet } from "./sheet.js";
import { tendShortcuts } from "./shortcuts.js";
import { followPlace } from "./place.js";

export function joinTools(studio) {
  const { $, stage, session, parameters } = studio;
  const mark = (button, possible) => possible && (button.dataset.possible = "");
  mark($("#full-screen"), tendFullScreen($("#full-screen"), $("#stage"), stage.video));
  mark($("#picture-in-picture"), tendPictureInPicture($("#picture-in-picture"), () => stage.video));
  mark($("#snapshot"), true);
  $("#snapshot").addEventListener("click", () => saveSnapshot(stage, session.manifest.slug));
  const share = $("#share");
  if (share) new Share(share, { urls: () => studio.config.urls, query: () => parameters.changedValues() });
  tendSheet($("#column"));
  tendShortcuts($("#bar"), $("#shortcuts"));
  followPlace(studio.config.urls.state, (text) => $("#place") && ($("#place").textContent = text));
}
