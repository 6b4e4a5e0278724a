// The exhibit: the picture in its own shape, the last picture held while a connection is made anew.
import { emit } from "./events.js";

export class Stage extends EventTarget {
  #stage;
  #picture;
  #video;
  #held;
  #overlay;
  #watching = 0;

  constructor(root) {
    super();
    this.#stage = root;
    this.#picture = root.querySelector("#picture");
    this.#video = root.querySelector("#output-video");
    this.#held = root.querySelector("#held");
    this.#overlay = root.querySelector("#overlay");
    new ResizeObserver(() => this.#fit()).observe(root);
    this.#video.addEventListener("resize", () => this.#fit());
  }

  get video() {
    return this.#video;
  }

  get overlay() {
    return this.#overlay;
  }

  /** Show a stream; `withSound` plays its audio too, if the browser lets it. */
  show(stream, { withSound = false, mirrored = false } = {}) {
    this.#video.classList.toggle("mirrored", mirrored);
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#play(withSound);
    this.#watchFrames();
  }

  clear() {
    this.#watching += 1;
    this.#video.srcObject = null;
    this.release();
    this.#overlay.getContext("2d").clearRect(0, 0, this.#overlay.width, this.#overlay.height);
  }

  /** Keep what is on the screen until `release`, whatever happens to the stream. */
  hold() {
    if (!this.#video.videoWidth || !this.#held.hidden) return;
    this.drawTo(this.#held);
    this.#held.hidden = false;
  }

  release() {
    this.#held.hidden = true;
  }

  drawTo(canvas) {
    [canvas.width, canvas.height] = [this.#video.videoWidth, this.#video.videoHeight];
    canvas.getContext("2d").drawImage(this.#video, 0, 0);
  }

  async #play(withSound) {
    this.#video.muted = !withSound;
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return;
      this.#video.muted = true;
      this.#video.play().catch(() => {});
      emit(this, "soundblocked");
    }
  }

  enableSound() {
    this.#video.muted = false;
    return this.#video.play();
  }

  #watchFrames() {
    const mine = (this.#watching += 1);
    let first = true;
    const presented = (now, metadata) => {
      if (mine !== this.#watching) return;
      if (first) this.#first();
      first = false;
      emit(this, "frame", { now, rtp: metadata?.rtpTimestamp ?? null });
      this.#nextFrame(presented);
    };
    this.#nextFrame(presented);
  }

  #nextFrame(callback) {
    if (this.#video.requestVideoFrameCallback) return this.#video.requestVideoFrameCallback(callback);
    // Older browsers: a picture that has a size counts as presented.
    const poll = () => (this.#video.videoWidth ? callback(performance.now()) : requestAnimationFrame(poll));
    return requestAnimationFrame(poll);
  }

  #first() {
    this.#fit();
    this.release();
    emit(this, "firstframe");
  }

  /** The largest box of the picture's shape inside the stage; the stage itself never changes its size. */
  #fit() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width) return;
    const [boxWidth, boxHeight] = [this.#stage.clientWidth, this.#stage.clientHeight];
    const scale = Math.min(boxWidth / width, boxHeight / height);
    const box = { width: width * scale, height: height * scale };
    const place = { left: (boxWidth - box.width) / 2, top: (boxHeight - box.height) / 2, ...box };
    for (const [side, pixels] of Object.entries(place)) this.#picture.style.setProperty(`--picture-${side}`, `${pixels}px`);
    this.#overlay.width = box.width * devicePixelRatio;
    this.#overlay.height = box.height * devicePixelRatio;
    emit(this, "fit", { ratio: width / height });
  }
}
