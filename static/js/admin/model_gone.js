// Answers after which nothing more will be told: the reader was signed out, or the model was deleted.
import { gettext } from "../i18n.js";

/** What to say to the reader; nothing while it is worth asking again. */
export function goneWords(response) {
  if (response?.status === 404) return gettext("This model was deleted.");
  // The admin sends whoever is signed out to its sign-in page.
  if (response?.status === 403 || response?.redirected) return gettext("You may not see this any more. Sign in again.");
  return "";
}
