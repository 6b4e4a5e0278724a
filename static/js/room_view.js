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
    const facts = { tiles: tiles.all.filter((tile) => tile.participant !== session.participant && tile.source !== "mix").map((tile) => describe(tile, seen)), audio_only: room.view.audioOnly, mix: room.view.mix };
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
  session.addEventListener("state", anew);
  room.view.set = (change) => {
    Object.assign(room.view, change);
    anew();
  };
}

function describe({ participant, source, element }, seen) {
  const visible = !document.hidden && !element.hidden && seen.get(element) !== false;
  const pixels = (length) => Math.round(length * devicePixelRatio);
  return { participant, source, visible, width: pixels(element.clientWidth), height: pixels(element.clientHeight) };
}
