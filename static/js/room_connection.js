// How well this browser reaches the media server, in words, before joining. In the background: Join waits for nothing.
import { Path } from "./check_path.js";
import { milliseconds } from "./check_words.js";
import { fill, gettext } from "./i18n.js";
import { iceOf } from "./ice.js";
import { setText } from "./set_text.js";

const AFTER_MS = 1000;
const DEADLINE_MS = 10_000;
const PROMPT_MS = 200;

export function joinConnection(room) {
  const { $, session, signalling, config } = room;
  const line = $("#connection-said");
  let path = null;

  const check = async () => {
    if (session.isRunning || !room.isPrejoin() || config.room.closed) return;
    const mine = (path = new Path("", signalling, config.check));
    setText(line.querySelector('[data-part="words"]'), gettext("Checking your connection …"));
    const outcome = await tried(mine, () => path === mine);
    mine.close();
    if (path === mine) show(line, outcome);
  };
  session.addEventListener("state", ({ detail }) => {
    if (detail.state !== "connecting") return;
    // The seat itself is the better check. One that is still under way ends by itself, and is not told of.
    if (path?.connected) path.close();
    path = null;
    show(line, null);
  });
  setTimeout(check, AFTER_MS);
}

/** Resolves with { code, title }, or null where nobody could tell: the place for the check is taken, or not for us. */
async function tried(path, isWanted) {
  try {
    const opened = await path.open();
    if (!isWanted()) return null;
    await path.connect(iceOf(opened), DEADLINE_MS);
  } catch {
    return null;
  }
  if (!path.connected) return { code: "none", title: gettext("Video may not get through from here.") };
  const values = { time: milliseconds(path.rttMs) };
  if (path.protocol === "udp" && path.rttMs <= PROMPT_MS) return { code: "good", title: fill(gettext("Your connection is good, %(time)s."), values) };
  return { code: "fair", title: fill(gettext("Your connection is not optimal, %(time)s."), values) };
}

function show(line, outcome) {
  line.dataset.code = outcome?.code ?? "";
  line.querySelector("a").hidden = !outcome;
  setText(line.querySelector('[data-part="words"]'), outcome?.title ?? "");
}
