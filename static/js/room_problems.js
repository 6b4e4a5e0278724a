// Why one is not in the room (any more), and what can be done: distinct words, always with a next action.
import { gettext } from "./i18n.js";
import { serviceProblem } from "./service_problems.js";

const AGAIN = "join_again";
const LOBBY = "lobby";
const HERE = "use_here";

const PROBLEMS = {
  left: () => [gettext("You left the room"), gettext("Camera and microphone are off."), [AGAIN, LOBBY]],
  removed: () => [gettext("You were removed from the room"), gettext("Its owner can let you back in."), [LOBBY]],
  room_ended: () => [gettext("The meeting has ended"), gettext("The owner ended it for everybody."), [LOBBY]],
  other_tab: () => [gettext("You joined in another tab"), gettext("A person has one seat in a room. It moved there."), [HERE, LOBBY]],
  room_full: () => [gettext("Every seat is taken"), gettext("Try again when somebody has left."), [AGAIN, LOBBY]],
  room_closed: () => [gettext("This room is closed"), gettext("Ask its owner to open it."), [AGAIN, LOBBY]],
  room_locked: () => [gettext("This room is locked"), gettext("Ask somebody inside to let you in."), [AGAIN, LOBBY]],
  room_unknown: () => [gettext("There is no such room any more"), gettext("Ask its owner for a new link."), [LOBBY]],
  invitation_needed: () => [gettext("This room is for people with an invitation"), gettext("Ask its owner for one."), [LOBBY]],
  invitation_over: () => [gettext("This invitation is no longer valid"), gettext("Ask for a new link."), [LOBBY]],
  connection_lost: () => [gettext("Connection lost"), gettext("It did not come back within 45 seconds. Check your network, then join again."), [AGAIN, LOBBY]],
  session_limit: () => [gettext("You have too many sessions open"), gettext("Stop one of your others, then join again."), [AGAIN]],
  idle: () => [gettext("You were alone and silent for long"), gettext("Join again whenever you like."), [AGAIN, LOBBY]],
};

// The studio's words for what rooms share, with a room's actions.
const ACTIONS = { start: AGAIN, gallery: LOBBY };

/** Returns { code, title, text, actions, technical }. */
export function roomProblem(error) {
  const { code, message = "" } = error;
  if (!PROBLEMS[code]) {
    const problem = serviceProblem(error);
    return { ...problem, actions: [...new Set(problem.actions.map((name) => ACTIONS[name] ?? name))] };
  }
  const [title, text, actions] = PROBLEMS[code]();
  return { code, title, text, actions, technical: code === "left" ? "" : [code, message].filter(Boolean).join(": ") };
}
