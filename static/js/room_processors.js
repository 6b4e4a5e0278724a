// What one wears, over the picture and over the sound: chosen in the panel, changed without leaving.
import { fill, gettext } from "./i18n.js";
import { setText } from "./set_text.js";
import { recall, remember } from "./storage.js";
import { WornProcessor } from "./worn_processor.js";

const PLACES = ["picture", "sound"];

export function joinProcessors(room) {
  const { $, session, config } = room;
  const parts = PLACES.map((place) => [place, new WornProcessor($(`[data-place="${place}"]`), place, { session, config })]);
  const byPlace = Object.fromEntries(parts);
  room.values = (place) => byPlace[place].values();
  byPlace.sound.hide(!config.processors.some((each) => each.place === "sound"));
  room.worn = byPlace;
  joinVeto(room);
  session.addEventListener("accepted", ({ detail }) => byPlace[detail.place].show(detail.values, detail.errors));
  session.addEventListener("data", ({ detail }) => byPlace[detail.place ?? "picture"]?.heard(detail));
}

/** What the owner adds for all, also later, a person can keep off their own picture and sound; asked once for each room. */
function joinVeto(room) {
  const box = room.$("#veto");
  const name = `room.veto.${room.config.room.id}`;
  showForAll(room, room.config.room);
  room.session.addEventListener("room.changed", ({ detail }) => showForAll(room, detail.room));
  box.checked = recall(name, false);
  box.addEventListener("change", () => {
    remember(name, box.checked);
    room.session.tell({ veto: box.checked });
  });
  const { own } = room;
  room.own = () => ({ ...own(), veto: box.checked });
}

function showForAll({ $ }, { room_processor: forAll }) {
  $("#for-all").hidden = !forAll;
  const words = gettext("The owner has added “%(title)s” for all who wear nothing else.");
  setText($('#for-all [data-part="words"]'), forAll ? fill(words, { title: forAll.title }) : "");
}
