// Everybody's tiles on the stage: who is there, whose picture is in which section, pages, and what is shown large.
import { emit } from "./events.js";
import { fill, gettext } from "./i18n.js";
import { focus, grid, perPage } from "./room_layout.js";
import { setText } from "./set_text.js";
import { Tile } from "./room_tile.js";

export class Tiles extends EventTarget {
  #list;
  #template;
  #tiles = new Map();
  #order = [];
  #pinned = null;
  #page = 0;
  #pages = 1;

  constructor(list, template) {
    super();
    this.#list = list;
    this.#template = template;
    new ResizeObserver(() => this.arrange()).observe(list);
    list.addEventListener("click", (event) => this.#clicked(event.target.closest("[data-part=pin]")));
  }

  get all() {
    return this.#order;
  }

  get page() {
    return this.#page;
  }

  get pages() {
    return this.#pages;
  }

  get focused() {
    return this.#tiles.get(this.#pinned) ?? this.#order.find((tile) => tile.source === "screen") ?? null;
  }

  /** `wanted` are { participant, source }, in the order of the stage. */
  show(wanted) {
    const keys = new Set(wanted.map(({ participant, source }) => `${participant}/${source}`));
    for (const [key, tile] of this.#tiles) if (!keys.has(key)) this.#remove(key, tile);
    this.#order = wanted.map((facts) => this.#tile(facts));
    // Only what moved is moved: taking an element out stops its video and loses its focus.
    this.#order.forEach((tile, index) => this.#list.children[index] !== tile.element && this.#list.insertBefore(tile.element, this.#list.children[index] ?? null));
    this.arrange();
  }

  turn(step) {
    this.#page = Math.min(this.#pages - 1, Math.max(0, this.#page + step));
    this.arrange();
  }

  pin(key) {
    this.#pinned = key;
    this.#page = 0;
    this.arrange();
  }

  arrange() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    if (!width || !this.#order.length) return;
    const large = this.focused;
    if (large) this.#arrangeAround(large, width, height);
    else this.#arrangeGrid(width, height);
    for (const tile of this.#order) tile.pin(tile === large);
    emit(this, "arranged");
  }

  clear() {
    this.#pinned = null;
    this.#page = 0;
    this.show([]);
  }

  #arrangeGrid(width, height) {
    const shown = this.#turnTo(this.#order, perPage);
    const boxes = grid(shown.length, width, height);
    this.#order.forEach((tile) => tile.place(boxes[shown.indexOf(tile)] ?? null));
  }

  #arrangeAround(large, width, height) {
    const others = this.#order.filter((tile) => tile !== large);
    const { large: box, strip, capacity } = focus(others.length, width, height);
    const shown = this.#turnTo(others, capacity);
    for (const tile of others) tile.place(strip[shown.indexOf(tile)] ?? null);
    large.place(box);
  }

  #turnTo(tiles, capacity) {
    this.#pages = Math.max(1, Math.ceil(tiles.length / capacity));
    this.#page = Math.min(this.#page, this.#pages - 1);
    return tiles.slice(this.#page * capacity, (this.#page + 1) * capacity);
  }

  #tile(facts) {
    const key = `${facts.participant}/${facts.source}`;
    if (!this.#tiles.has(key)) this.#tiles.set(key, new Tile(this.#template, facts));
    return this.#tiles.get(key);
  }

  #remove(key, tile) {
    tile.remove();
    this.#tiles.delete(key);
    if (this.#pinned === key) this.#pinned = null;
  }

  #clicked(button) {
    if (!button) return;
    const { participant, source } = button.closest(".tile").dataset;
    const key = `${participant}/${source}`;
    this.pin(this.#pinned === key ? null : key);
  }
}

export function joinTiles(room) {
  const { $, session, people, source, sounds } = room;
  room.tiles = new Tiles($("#tiles"), $("#tile-template"));
  const refresh = () => refreshTiles(room);
  people.addEventListener("change", refresh);
  people.addEventListener("speaker", () => showSpeaker(room));
  people.addEventListener("speaker", () => showPager(room));
  source.addEventListener("own", refresh);
  session.addEventListener("tracks", refresh);
  session.addEventListener("tracks", () => sounds.show(tracksOf(room, "audio")));
  session.addEventListener("room.participants", ({ detail }) => people.show(detail.participants));
  session.addEventListener("room.speaker", ({ detail }) => people.speaks(detail.participant ?? null));
  session.addEventListener("data", ({ detail }) => detail.type === "levels" && people.speaks(detail.speaker ?? null));
  sounds.addEventListener("blocked", () => ($("#enable-sound").hidden = false));
  $("#enable-sound").addEventListener("click", () => enableSound(room));
  $("#pager").addEventListener("click", (event) => turn(room, event.target.closest("[data-page]")));
  room.tiles.addEventListener("arranged", () => showPager(room));
}

/** What arrives, with the track itself; one's own sound never does. */
function tracksOf({ session }, kind) {
  return session.tracks
    .filter((each) => each.kind === kind && (kind === "video" || each.participant !== session.participant))
    .map((each) => ({ ...each, track: session.peer?.track(each.mid) ?? null }))
    .filter(({ track }) => track);
}

function refreshTiles(room) {
  const { session, people, tiles, $ } = room;
  if (!session.participant) return tiles.clear();
  const pictures = tracksOf(room, "video");
  const others = people.list.filter(({ id }) => id !== session.participant);
  const mix = pictures.find((each) => each.source === "mix");
  if (mix) return showMix(room, mix);
  const screens = pictures.filter((each) => each.source === "screen" && each.participant !== session.participant);
  tiles.show([
    ...screens,
    { participant: session.participant, source: "camera" },
    ...others.map(({ id }) => ({ participant: id, source: "camera" })),
  ]);
  for (const tile of tiles.all) showTile(room, tile, pictures);
  room.mark?.();
  showSpeaker(room);
  $("#alone").hidden = others.length > 0 || session.state !== "live";
  return undefined;
}

/** The server has put everybody, also us, into one picture. */
function showMix({ tiles, $ }, { participant, source, track }) {
  tiles.show([{ participant, source }]);
  const [tile] = tiles.all;
  tile.showPicture(track, { whole: true });
  tile.showPerson({ name: gettext("Everybody") });
  $("#alone").hidden = true;
}

function showTile(room, tile, pictures) {
  const { session, people, config } = room;
  const isMe = tile.participant === session.participant;
  const person = people.find(tile.participant) ?? {};
  const arrives = pictures.find((each) => each.participant === tile.participant && each.source === tile.source)?.track ?? null;
  const own = room.own();
  if (isMe) showOwn(room, tile, flowing(room, arrives));
  else tile.showPicture(isHidden(room, tile, person) ? null : arrives, { whole: tile.source === "screen" || Boolean(person.processor) });
  tile.showPerson({ ...person, name: person.name ?? config.me.name ?? "", isMe, muted: isMe ? own.muted || person.muted : person.muted });
}

/** A track through which nothing has come yet would be a hole where the camera just was. */
function flowing(room, track) {
  if (track?.muted) track.onunmute = () => refreshTiles(room);
  return track?.muted ? null : track;
}

/** What the others see of oneself, if it comes back; else the camera as it is. */
function showOwn({ source, own }, tile, arrives) {
  const track = own().camera_off ? null : (arrives ?? source.tracks.video ?? null);
  tile.showPicture(track, { mirrored: !arrives && source.facing !== "environment", whole: Boolean(arrives) });
}

function isHidden({ view }, tile, person) {
  return view?.audioOnly || (tile.source === "camera" && person.camera_off);
}

function showSpeaker({ tiles, people }) {
  for (const tile of tiles.all) tile.speaks(tile.source === "camera" && tile.participant === people.speaker);
}

function turn({ tiles }, button) {
  if (button) tiles.turn(Number(button.dataset.page));
}

function showPager({ $, tiles, people }) {
  const pager = $("#pager");
  pager.hidden = tiles.pages < 2;
  const page = fill(gettext("Page %(page)s of %(pages)s"), { page: tiles.page + 1, pages: tiles.pages });
  setText($("#pager-words"), [page, speaksElsewhere(tiles, people)].filter(Boolean).join(" · "));
  pager.querySelector('[data-page="-1"]').setAttribute("aria-disabled", String(tiles.page === 0));
  pager.querySelector('[data-page="1"]').setAttribute("aria-disabled", String(tiles.page === tiles.pages - 1));
}

/** Who speaks may be on another page. */
function speaksElsewhere(tiles, people) {
  const tile = tiles.all.find((each) => each.source === "camera" && each.participant === people.speaker);
  return tile?.element.hidden ? fill(gettext("%(name)s speaks"), { name: tile.name }) : "";
}

async function enableSound({ sounds, $ }) {
  await sounds.enable();
  $("#enable-sound").hidden = true;
}
