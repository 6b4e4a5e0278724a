// A parameter's file goes by HTTP; what comes back is its name for the socket.
import { gettext } from "./i18n.js";

export async function uploadFile({ address, csrf, name, file }) {
  const body = new FormData();
  body.append("parameter", name);
  body.append("file", file);
  const headers = { "X-CSRFToken": csrf, Accept: "application/json" };
  const response = await fetch(address, { method: "POST", body, headers }).catch(() => null);
  const answer = (await response?.json().catch(() => null)) ?? {};
  // A page instead of an answer: the sign-in page, to which a visitor is led who was signed out meanwhile.
  if (!response?.ok || !answer.file) throw new Error(answer.message || gettext("The file could not be uploaded. Try again."));
  return answer;
}
