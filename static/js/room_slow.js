// The server saves a slow connection by sending the picture of who speaks only: said, and taken back by itself.
import { gettext } from "./i18n.js";

export function joinSlow({ session, notices }) {
  session.addEventListener("room.notice", ({ detail }) => {
    if (detail.participant !== session.participant) return;
    if (detail.what === "only_speaker") notices.show("slow", gettext("Your connection is slow just now: you see only who speaks. Sound goes on."));
    if (detail.what === "all_pictures") notices.dismiss("slow");
  });
  session.addEventListener("state", ({ detail }) => detail.state === "reconnecting" && notices.dismiss("slow"));
}
