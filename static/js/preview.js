// The visitor's own camera: small, mirrored when it looks at them, in the corner they like, or hidden.
import { emit } from "./events.js";
import { recall, remember } from "./storage.js";

const CORNERS = {
  ArrowLeft: (corner) => corner.replace("right", "left"),
  ArrowRight: (corner) => corner.replace("left", "right"),
  ArrowUp: (corner) => corner.replace("bottom", "top"),
  ArrowDown: (corner) => corner.replace("top", "bottom"),
};

export class Preview extends EventTarget {
  #box;
  #video;
  #wanted = recall("preview.shown", true);
  #hasPicture = false;

  constructor(box) {
    super();
    this.#box = box;
    this.#video = box.querySelector("video");
    this.#box.dataset.corner = recall("preview.corner", "bottom-right");
    this.#video.addEventListener("resize", () => this.#fit());
    box.addEventListener("keydown", (event) => this.#byKey(event));
    box.addEventListener("pointerdown", (event) => this.#drag(event));
    box.querySelector("#preview-hide").addEventListener("click", () => this.setShown(false));
  }

  get isShown() {
    return this.#wanted;
  }

  show(track, { mirrored }) {
    this.#hasPicture = Boolean(track);
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    this.#box.classList.toggle("mirrored", mirrored);
    this.#update();
  }

  /** A camera that is switched off is a quiet sign, not a black box that looks broken. */
  setOff(isOff) {
    this.#box.querySelector("#preview-off").hidden = !isOff;
  }

  setShown(wanted) {
    this.#wanted = wanted;
    remember("preview.shown", wanted);
    this.#update();
    emit(this, "shown", { shown: wanted });
  }

  #update() {
    this.#box.hidden = !(this.#wanted && this.#hasPicture);
    if (!this.#box.hidden) this.#video.play().catch(() => {});
  }

  #fit() {
    const { videoWidth, videoHeight } = this.#video;
    if (videoWidth) this.#video.style.setProperty("--preview-ratio", `${videoWidth} / ${videoHeight}`);
  }

  #moveTo(corner) {
    this.#box.dataset.corner = corner;
    remember("preview.corner", corner);
  }

  #byKey(event) {
    const move = CORNERS[event.key];
    if (!move) return;
    event.preventDefault();
    this.#moveTo(move(this.#box.dataset.corner));
  }

  /** Follow the pointer, then rest in the nearest corner. */
  #drag(down) {
    if (down.button !== 0 || down.target.closest("button")) return;
    this.#box.setPointerCapture(down.pointerId);
    const follow = (move) => {
      this.#box.style.translate = `${move.clientX - down.clientX}px ${move.clientY - down.clientY}px`;
    };
    const drop = (up) => {
      this.#box.removeEventListener("pointermove", follow);
      this.#box.style.translate = "";
      const moved = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (up.type === "pointerup" && moved > 8) this.#moveTo(this.#nearestCorner(up));
    };
    this.#box.addEventListener("pointermove", follow);
    this.#box.addEventListener("pointerup", drop, { once: true });
    this.#box.addEventListener("pointercancel", drop, { once: true });
  }

  #nearestCorner({ clientX, clientY }) {
    const stage = this.#box.parentElement.getBoundingClientRect();
    const side = clientX < stage.left + stage.width / 2 ? "left" : "right";
    return `${clientY < stage.top + stage.height / 2 ? "top" : "bottom"}-${side}`;
  }
}
