// One click copies the link for others.
import { gettext } from "./i18n.js";
import { copyText } from "./share.js";

const SAID_MS = 2500;

export function joinInvite({ config, announcer, notices, say }) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-invite]");
    if (!button) return;
    if (await copyText(config.urls.invite)) saidOn(button, announcer);
    else (say ?? notices.show).call(notices, "invite", `${gettext("Copying is blocked here. This is the link:")} ${config.urls.invite}`);
  });
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
