// For tests and other tools: joining and leaving as the buttons do, and what happens as events.
import { emit } from "./events.js";

export function offerToTools({ session, people, $ }) {
  const tool = new EventTarget();
  tool.start = () => $("#join-form").requestSubmit();
  tool.stop = () => session.leave();
  tool.report = async () => ({ state: session.state, participant: session.participant, room: session.room, people: people.list, tracks: session.tracks });
  Object.defineProperty(tool, "state", { get: () => session.state });
  session.addEventListener("state", ({ detail }) => emit(tool, "statechange", { state: detail.state }));
  window.showroom = tool;
}
