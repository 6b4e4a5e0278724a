// Who is in the room, as the server says: the list, who speaks, and which person this page is.
import { emit } from "./events.js";

export class People extends EventTarget {
  list = [];
  me = null;
  speaker = null;

  show(list) {
    this.list = list;
    emit(this, "change");
  }

  find(id) {
    return this.list.find((person) => person.id === id) ?? null;
  }

  speaks(id) {
    if (this.speaker === id) return;
    this.speaker = id;
    emit(this, "speaker", { participant: id });
  }

  clear() {
    this.speaks(null);
    this.show([]);
  }
}
