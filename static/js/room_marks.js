// What processors find, on the tiles: boxes over the picture, words and numbers above the name.
import { BoxesView } from "./boxes_view.js";
import { fill, gettext } from "./i18n.js";
import { readable } from "./result_views.js";

export function joinMarks(room) {
  const { session, people, tiles, worn, config } = room;
  const marks = new Map(); // of the processor for all, by participant
  let forAll = config.room.room_processor;

  /** Lay over each tile what belongs there now. */
  room.mark = () => {
    for (const [id] of marks) if (!wearsForAll(id)) marks.delete(id);
    for (const tile of tiles.all) show(tile);
  };
  const wearsForAll = (id) => forAll && people.find(id)?.processor?.slug === forAll.slug && !(id === session.participant && session.worn.picture);
  const show = (tile) => {
    if (tile.source !== "camera") return;
    const mine = tile.participant === session.participant ? worn.picture.overlay : null;
    const mark = marks.get(tile.participant);
    tile.lay(mine ?? mark?.canvas ?? null);
    tile.caption(mark?.words() ?? "");
  };
  const found = ({ participant = session.participant, data }) => {
    if (!wearsForAll(participant)) return;
    if (!marks.has(participant)) marks.set(participant, new Mark(forAll.results, room.$("#tiles")));
    marks.get(participant).add(data);
    for (const tile of tiles.all) if (tile.participant === participant) show(tile);
  };

  session.addEventListener("room.changed", ({ detail }) => {
    if (detail.room.room_processor?.slug !== forAll?.slug) marks.clear();
    forAll = detail.room.room_processor;
    room.mark();
  });
  session.addEventListener("data", ({ detail }) => detail.type === "result" && (detail.place ?? "picture") === "picture" && found(detail));
  people.addEventListener("change", room.mark);
  worn.picture.addEventListener("change", room.mark);
}

/** What the processor for all has found about one person. */
class Mark {
  canvas = document.createElement("canvas");
  #described;
  #stage;
  #boxes = new Map();
  #words = new Map();

  constructor(described, stage) {
    this.#described = described;
    this.#stage = stage;
    this.canvas.className = "tile-overlay";
    this.canvas.addEventListener("fit", () => this.#boxes.forEach((view) => view.draw()));
  }

  add(data) {
    for (const [name, value] of Object.entries(data)) {
      const description = this.#described[name];
      if (description?.view === "boxes") this.#boxesView(name, description).add(value);
      else if (description) this.#words.set(name, inWords(description, value));
    }
  }

  words() {
    return [...this.#words.values()].filter(Boolean).join(" · ");
  }

  #boxesView(name, description) {
    if (!this.#boxes.has(name)) this.#boxes.set(name, new BoxesView(this.#stage, description, this.canvas));
    return this.#boxes.get(name);
  }
}

/** A text speaks for itself, a number needs its name; tables and charts have no place on a picture. */
function inWords({ view, label, unit }, value) {
  if (view === "text") return readable([value].flat().at(-1));
  if (view === "number") return fill(gettext("%(label)s: %(value)s"), { label, value: [readable(value), unit].filter(Boolean).join("\u202f") });
  return "";
}
