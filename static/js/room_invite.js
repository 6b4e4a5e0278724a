// One click copies the link for others; where there is none yet it is made first.
import { gettext } from "./i18n.js";
import { copyText } from "./share.js";

const SAID_MS = 2500;

export function joinInvite({ config, announcer, notices, say }) {
  const tell = (words) => (say ?? notices.show).call(notices, "invite", words);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-invite]");
    if (!button) return;
    const link = linkOf(config);
    if (await copyText(link)) return saidOn(button, announcer);
    await link.then(
      (known) => tell(`${gettext("Copying is blocked here. This is the link:")} ${known}`),
      () => tell(gettext("No link came from the server. Try again in a moment.")),
    );
  });
}

/** An invitation may have been withdrawn, or have expired, since the page was made: who may make one asks anew. */
async function linkOf({ urls, csrf }) {
  if (!urls.make_invite) return urls.invite;
  const answer = await fetch(urls.make_invite, { method: "POST", headers: { "X-CSRFToken": csrf, Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).link;
}

/** The button itself says so: that is where one looks. */
function saidOn(button, announcer) {
  const words = button.querySelector('[data-part="words"]');
  button.dataset.words ??= words.textContent;
  words.textContent = gettext("Link copied");
  announcer.say(gettext("Link copied"));
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => (words.textContent = button.dataset.words), SAID_MS);
}
