// What went wrong between this page and the server: distinct words, always with a next action.
import { gettext, fill } from "./i18n.js";

const START = "start";
const RELOAD = "reload";
const GALLERY = "gallery";
const SIGN_IN = "sign_in";
const CHECK = "check";

const inTime = (seconds) =>
  seconds ? fill(gettext("Try again in about %(seconds)s seconds."), { seconds: Math.ceil(seconds) }) : gettext("Try again in a moment.");

const PROBLEMS = {
  busy: ({ retryAfter }) => [gettext("All places are taken"), inTime(retryAfter), [START, GALLERY]],
  session_limit: ({ retryAfter }) => [gettext("You have this open too often"), gettext("Stop one of your other sessions, then start here.") + (retryAfter ? ` ${inTime(retryAfter)}` : ""), [START]],
  offline: () => [gettext("The media server is not running"), gettext("The person who runs this site has to start it. Start again in a moment."), [START]],
  not_ready: () => [gettext("The server is still starting"), gettext("Try again in a moment."), [START]],
  processor_unavailable: ({ message }) => [gettext("This processor does not start"), message || gettext("Choose another one, or tell the person who runs this site."), [START, GALLERY]],
  not_installed: () => [gettext("The model of this processor is not installed yet"), gettext("Ask the person who runs this site, or choose another one."), [GALLERY]],
  not_found: () => [gettext("This processor is no longer on show"), gettext("Choose another one."), [GALLERY]],
  not_allowed: () => [gettext("This processor is not open to your account"), gettext("Sign in with another account, or choose another processor."), [SIGN_IN, GALLERY]],
  signed_out: () => [gettext("You are signed out"), gettext("Sign in again to go on."), [SIGN_IN]],
  protocol_version: () => [gettext("The site has been updated"), gettext("Reload the page to go on."), [RELOAD]],
  no_usable_codec: () => [gettext("This browser offers no video format that the server knows"), gettext("Use a current Chrome, Edge, Firefox or Safari."), [GALLERY]],
  unreachable: () => [gettext("The server does not answer"), gettext("Check your connection, then start again."), [START, CHECK]],
  timeout: () => [gettext("The server took too long to answer"), gettext("Start again; if it stays, the server may be overloaded."), [START, CHECK]],
  no_path: () => [gettext("No way through for video"), gettext("Your network lets pages through, but not video. The connection check says what helps; another network may do, too."), [START, CHECK]],
  no_picture: () => [gettext("Connected, but no picture arrives"), gettext("It was tried twice. Start again, or look at the connection details."), [START, CHECK]],
  connection_lost: () => [gettext("Connection lost"), gettext("It did not come back within 45 seconds. Check your network, then start again."), [START, CHECK]],
  idle: () => [gettext("The session ended because nothing was sent"), gettext("Start again whenever you like."), [START]],
  failed: () => PROBLEMS.no_path(),
  host: () => PROBLEMS.closed_by_host(),
  restart: () => PROBLEMS.restarting(),
  closed_by_host: () => [gettext("The host ended this session"), gettext("Start again, or ask the person who runs this site."), [START, GALLERY]],
  restarting: () => [gettext("The server is being updated"), gettext("Start again in a minute."), [START]],
};

/** Returns { title, text, actions, technical } for a code of the protocol; unknown codes show the server's sentence. */
export function serviceProblem({ code, message = "", retryAfter = null }) {
  const known = PROBLEMS[code];
  const [title, text, actions] = known
    ? known({ message, retryAfter })
    : [gettext("The session could not go on"), message || gettext("Start again."), [START]];
  return { code, title, text, actions, technical: [code, message].filter(Boolean).join(": ") };
}
