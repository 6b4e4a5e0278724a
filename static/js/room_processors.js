// What one wears, over the picture and over the sound: chosen in the panel, changed without leaving.
import { WornProcessor } from "./worn_processor.js";

const PLACES = ["picture", "sound"];

export function joinProcessors(room) {
  const { $, session, config } = room;
  const parts = PLACES.map((place) => [place, new WornProcessor($(`[data-place="${place}"]`), place, { session, config })]);
  const byPlace = Object.fromEntries(parts);
  room.values = (place) => byPlace[place].values();
  byPlace.sound.hide(!config.processors.some((each) => each.place === "sound"));
  session.addEventListener("accepted", ({ detail }) => byPlace.picture.show(detail.values, detail.errors));
  session.addEventListener("data", ({ detail }) => byPlace[detail.place ?? "picture"]?.heard(detail));
}
