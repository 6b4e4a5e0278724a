// Full screen, picture in picture, and a screen that stays awake: each only where the browser has it.
export function tendFullScreen(button, stage, video) {
  const phoneOnly = !document.fullscreenEnabled && video.webkitEnterFullscreen;
  const possible = document.fullscreenEnabled || phoneOnly;
  const enter = () => (phoneOnly ? video.webkitEnterFullscreen() : stage.requestFullscreen());
  button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : enter()));
  document.addEventListener("fullscreenchange", () => button.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
  return possible;
}

/** `choose()` gives the video of the moment, or null. */
export function tendPictureInPicture(button, choose) {
  button.addEventListener("click", async () => {
    if (document.pictureInPictureElement) return document.exitPictureInPicture();
    const video = choose();
    if (!video) return undefined;
    // Where the browser would put a button of its own over each picture, ours alone is enough.
    video.disablePictureInPicture = false;
    return video.requestPictureInPicture().catch(() => {});
  });
  return Boolean(document.pictureInPictureEnabled);
}

export class WakeLock {
  #lock = null;
  #wanted = false;

  constructor() {
    // Browsers drop the lock with a hidden tab and do not give it back by themselves.
    document.addEventListener("visibilitychange", () => this.#wanted && this.#acquire());
  }

  set(wanted) {
    this.#wanted = wanted;
    if (wanted) return this.#acquire();
    this.#lock?.release();
    this.#lock = null;
  }

  async #acquire() {
    if (document.hidden || (this.#lock && !this.#lock.released)) return;
    this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    // The session may have ended meanwhile.
    if (!this.#wanted) this.set(false);
  }
}
