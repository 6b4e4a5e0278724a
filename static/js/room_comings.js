// Who came and who left: collapsed into one line for each, gone by itself, without a sound.
import { fill, gettext, ngettext } from "./i18n.js";

const TOGETHER_MS = 4000;
const SHOWN_MS = 5000;

export function joinComings({ session, notices }) {
  const names = { joined: [], left: [] };
  const timers = {};

  session.addEventListener("room.notice", ({ detail }) => {
    const { what, name, participant } = detail;
    if (!(what in names) || participant === session.participant) return;
    names[what].push(name);
    notices.show(what, words(what, names[what]));
    clearTimeout(timers[what]);
    timers[what] = setTimeout(() => {
      names[what] = [];
      timers[what] = setTimeout(() => notices.dismiss(what), SHOWN_MS - TOGETHER_MS);
    }, TOGETHER_MS);
  });
}

function words(what, names) {
  const [name] = names;
  const count = names.length - 1;
  if (what === "joined") {
    if (!count) return fill(gettext("%(name)s joined"), { name });
    return fill(ngettext("%(name)s and %(count)s other joined", "%(name)s and %(count)s others joined", count), { name, count });
  }
  if (!count) return fill(gettext("%(name)s left"), { name });
  return fill(ngettext("%(name)s and %(count)s other left", "%(name)s and %(count)s others left", count), { name, count });
}
