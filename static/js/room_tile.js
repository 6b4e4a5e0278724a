// One tile: a person's picture, or a placeholder, with what one must know of them. Shows; decides nothing.
import { fill, gettext } from "./i18n.js";
import { setText } from "./set_text.js";

const BARS = { excellent: 3, good: 2, poor: 1, lost: 0, unknown: 0 };
// Which tile showed a track last. Some browsers keep its last picture for whoever is shown next: that may be another person's.
const shownBy = new WeakMap();

export class Tile {
  #parts = new Map();
  #overlay = null;
  #box = null;
  #isStale = false;

  /** `participant` and `source` (camera or screen) name it. */
  constructor(template, { participant, source }) {
    this.participant = participant;
    this.source = source;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.participant = participant;
    this.element.dataset.source = source;
    this.video.addEventListener("resize", () => this.#fit());
    // A picture that has not come yet is a face, not a hole.
    for (const type of ["loadeddata", "emptied"]) this.video.addEventListener(type, () => this.#showFace());
  }

  get key() {
    return `${this.participant}/${this.source}`;
  }

  get video() {
    return this.#part("video");
  }

  /** `track` is null while there is nothing to see. */
  showPicture(track, { mirrored = false, whole = false } = {}) {
    const video = this.video;
    const shown = video.srcObject?.getVideoTracks()[0] ?? null;
    if (shown !== track) this.#change(track);
    if (track && video.paused) video.play().catch(() => {});
    video.hidden = !track;
    video.classList.toggle("mirrored", mirrored);
    this.element.toggleAttribute("data-whole", whole && Boolean(track));
    this.#showFace();
    this.#fitOverlay();
  }

  showPerson({ name, isMe, muted, processor, quality }) {
    this.name = name;
    const label = this.#label(name, isMe);
    setText(this.#part("name"), label);
    setText(this.#part("face"), initials(name));
    this.#part("muted").hidden = !muted || this.source === "screen";
    this.#part("worn").hidden = !processor || this.source === "screen";
    setText(this.#part("worn"), processor?.title ?? "");
    this.#showQuality(quality ?? "unknown");
    this.#part("pin").setAttribute("aria-label", fill(gettext("Show large: %(name)s"), { name: label }));
  }

  /** Lay a canvas exactly over the picture; null takes it away. It hears `fit` when it must be drawn anew. */
  lay(canvas) {
    if (this.#overlay !== canvas) this.#overlay?.remove();
    if (canvas && canvas.parentElement !== this.element) this.video.after(canvas);
    this.#overlay = canvas;
    this.#fitOverlay();
  }

  /** What was found in the picture, in words. */
  caption(words) {
    this.#part("caption").hidden = !words;
    setText(this.#part("caption"), words);
  }

  speaks(isSpeaking) {
    this.element.toggleAttribute("data-speaks", isSpeaking);
  }

  pin(isPinned) {
    this.#part("pin").setAttribute("aria-pressed", String(isPinned));
    this.element.toggleAttribute("data-large", isPinned);
    this.#fitOverlay();
  }

  /** Put it into this box of the stage; null takes it off the page at hand. */
  place(box) {
    this.element.hidden = !box;
    this.#box = box;
    if (!box) return;
    for (const [side, pixels] of Object.entries(box)) this.element.style.setProperty(`--${side}`, `${Math.round(pixels)}px`);
  }

  remove() {
    this.video.srcObject = null;
    this.element.remove();
  }

  #change(track) {
    const video = this.video;
    this.#isStale = shownBy.has(track) && shownBy.get(track) !== this.key && Boolean(video.requestVideoFrameCallback);
    if (track) shownBy.set(track, this.key);
    video.srcObject = track ? new MediaStream([track]) : null;
    if (this.#isStale) this.#awaitPicture(video.srcObject, 2);
  }

  /** The first picture that comes may be what was there before; the one after it is not. */
  #awaitPicture(stream, pictures) {
    this.video.requestVideoFrameCallback(() => {
      if (this.video.srcObject !== stream) return;
      if (pictures > 1) return this.#awaitPicture(stream, pictures - 1);
      this.#isStale = false;
      this.#showFace();
    });
  }

  #showFace() {
    const { srcObject, readyState } = this.video;
    this.#part("face").hidden = Boolean(srcObject) && readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !this.#isStale;
  }

  #label(name, isMe) {
    if (this.source === "screen") return fill(gettext("%(name)s’s screen"), { name });
    return isMe ? gettext("You") : name;
  }

  #showQuality(quality) {
    const element = this.#part("quality");
    if (element.dataset.shown === quality) return;
    element.dataset.shown = quality;
    element.dataset.quality = quality;
    [...element.querySelectorAll("i")].forEach((bar, index) => bar.toggleAttribute("data-on", index < BARS[quality]));
    const words = qualityWords(quality);
    element.title = words;
    setText(this.#part("quality-words"), words);
  }

  /** A picture higher than wide is shown whole, not its middle. */
  #fit() {
    this.element.toggleAttribute("data-upright", this.video.videoHeight > this.video.videoWidth);
    this.#fitOverlay();
  }

  /** The picture fills its tile or stands in it whole; what is seen mirrored is not what the processor saw. */
  #fitOverlay() {
    const canvas = this.#overlay;
    if (!canvas) return;
    const { videoWidth, videoHeight } = this.video;
    canvas.hidden = !videoWidth || this.video.hidden || this.video.classList.contains("mirrored") || !this.#box;
    if (canvas.hidden) return;
    const { width, height } = this.#box;
    const isWhole = this.element.matches("[data-whole], [data-upright], [data-large]");
    const scale = Math[isWhole ? "min" : "max"](width / videoWidth, height / videoHeight);
    const size = { width: videoWidth * scale, height: videoHeight * scale };
    const place = { left: (width - size.width) / 2, top: (height - size.height) / 2, ...size };
    for (const [side, pixels] of Object.entries(place)) canvas.style.setProperty(`--overlay-${side}`, `${pixels}px`);
    const pixels = { width: Math.round(size.width * devicePixelRatio), height: Math.round(size.height * devicePixelRatio) };
    if (canvas.width === pixels.width && canvas.height === pixels.height) return;
    Object.assign(canvas, pixels);
    canvas.dispatchEvent(new Event("fit"));
  }

  #part(name) {
    if (!this.#parts.has(name)) this.#parts.set(name, this.element.querySelector(`[data-part="${name}"]`));
    return this.#parts.get(name);
  }
}

export function qualityWords(quality) {
  const words = {
    excellent: gettext("Excellent connection"),
    good: gettext("Good connection"),
    poor: gettext("Poor connection"),
    lost: gettext("Connection lost"),
    unknown: gettext("Connection not measured yet"),
  };
  return words[quality] ?? "";
}

/** One letter each of the first and the last word; whole characters, whatever the script. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}
