// Which tiles are on the screen and how large: told to the server, which sends only those.
const SETTLED_MS = 250;

export function joinView(room) {
  const { tiles, session } = room;
  const seen = new Map();
  room.view = { audioOnly: false, mix: false };
  let timer = null;
  let told = "";

  const tell = () => {
    timer = null;
    if (session.state !== "live") return;
    const shown = tiles.all.filter((tile) => tile.source !== "mix").map((tile) => describe(tile, seen));
    const facts = { tiles: shown, audio_only: room.view.audioOnly, mix: room.view.mix, own: true };
    const text = JSON.stringify(facts);
    if (text !== told) session.view(facts);
    told = text;
  };
  const soon = () => (timer ??= setTimeout(tell, SETTLED_MS));
  const anew = () => {
    told = "";
    soon();
  };
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen.set(target, isIntersecting);
    soon();
  });

  tiles.addEventListener("arranged", () => {
    for (const tile of tiles.all) observer.observe(tile.element);
    soon();
  });
  document.addEventListener("visibilitychange", soon);
  // Neither event bubbles.
  for (const type of ["enterpictureinpicture", "leavepictureinpicture"]) document.addEventListener(type, soon, { capture: true });
  session.addEventListener("state", anew);
  room.view.set = (change) => {
    Object.assign(room.view, change);
    anew();
  };
}

function describe({ participant, source, element, video }, seen) {
  const isOnPage = !document.hidden && !element.hidden && seen.get(element) !== false;
  const visible = isOnPage || document.pictureInPictureElement === video;
  const pixels = (length) => Math.round(length * devicePixelRatio);
  return { participant, source, visible, width: pixels(element.clientWidth), height: pixels(element.clientHeight) };
}
