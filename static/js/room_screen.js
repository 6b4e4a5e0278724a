// Sharing a screen beside the camera, with its sound where the browser gives it; only where browsers can.
import { gettext } from "./i18n.js";

const WISH = { video: { frameRate: { ideal: 15, max: 30 } }, audio: true };

export function joinScreen(room) {
  const { $, session } = room;
  const button = $("#share-screen");
  let shared = null;

  const set = async (stream) => {
    for (const track of shared?.getTracks() ?? []) track.stop();
    shared = stream;
    button.setAttribute("aria-pressed", String(Boolean(stream)));
    if (!session.isRunning) return;
    if (stream) room.notices.show("sharing", gettext("You are sharing your screen."), { label: gettext("Stop sharing"), run: () => set(null) });
    else room.notices.dismiss("sharing");
    await session.share(stream).catch(() => {});
  };
  const begin = async () => {
    const stream = await choose(room);
    if (!stream) return;
    if (!session.isRunning) return stream.getTracks().forEach((track) => track.stop());
    const [picture] = stream.getVideoTracks();
    picture.contentHint = "detail";
    // The browser's own “Stop sharing” ends the track.
    picture.addEventListener("ended", () => shared === stream && set(null));
    await set(stream);
  };

  button.hidden = !navigator.mediaDevices?.getDisplayMedia;
  button.addEventListener("click", () => (shared ? set(null) : begin()));
  room.stopSharing = () => set(null);
  session.addEventListener("state", ({ detail }) => ["ended", "failed"].includes(detail.state) && set(null));
}

async function choose({ notices }) {
  notices.dismiss("screen");
  try {
    return await navigator.mediaDevices.getDisplayMedia(WISH);
  } catch (error) {
    // Whoever closes the browser's window has changed their mind; that needs no words.
    if (error.name !== "NotAllowedError" || /system/i.test(error.message)) notices.show("screen", gettext("The screen could not be shared. Allow screen recording for this browser in the settings of your system."));
    return null;
  }
}
