// What the visitor sends: camera and microphone, or a sample. Devices change while tracks keep going.
import { emit } from "./events.js";
import { openCamera, openTrack } from "./camera.js";
import { openSample } from "./sample.js";
import { recall, remember } from "./storage.js";

const DEVICE_KINDS = { video: "videoinput", audio: "audioinput" };

/** No track for what a processor takes; `cause` is the browser's own error. */
export class MissingMedia extends Error {
  constructor(kind, cause) {
    super("", { cause });
    this.kind = kind;
  }
}

export class MediaSource extends EventTarget {
  tracks = {};
  problems = {};
  kind = null; // "camera" or "sample"
  facing = "user";
  #devices;
  #options;
  #sample = null;
  #file = null;
  #enabled = { video: recall("enabled.video", true), audio: recall("enabled.audio", true) };
  #queue = Promise.resolve();
  #stops = 0; // how often everything was stopped: what opens after that is not wanted any more

  /** `options()` gives { constraints, quality, picture } at the moment of opening. */
  constructor(devices, options) {
    super();
    this.#devices = devices;
    this.#options = options;
  }

  get stream() {
    return new MediaStream(Object.values(this.tracks));
  }

  /** The picture or clip of the visitor's own that is sent instead of a camera. */
  get file() {
    return this.kind === "sample" ? this.#file : null;
  }

  async openCamera(kinds) {
    const stillWanted = this.#untilStopped();
    const { tracks, problems } = await openCamera(kinds, this.#cameraOptions());
    if (!stillWanted()) return discard(Object.values(tracks));
    this.kind = "camera";
    this.problems = problems;
    for (const track of Object.values(tracks)) this.#take(track);
    await this.#devices.refresh();
    return this.tracks;
  }

  async openSample(kinds, file = null) {
    const stillWanted = this.#untilStopped();
    const sample = await openSample(kinds, { ...this.#options(), file });
    if (!stillWanted()) return discard([sample]);
    this.#release();
    this.#sample = sample;
    this.#file = file;
    this.kind = "sample";
    this.problems = {};
    for (const track of Object.values(sample.tracks)) this.#take(track);
    return this.tracks;
  }

  /**
   * Another processor takes other kinds: open what is missing beside what runs, for `adopt`. Where nothing that it
   * takes can be opened this throws MissingMedia, and what runs goes on.
   */
  prepare({ takes, constraints }) {
    return this.#serially(async () => {
      const missing = takes.filter((kind) => !this.tracks[kind]);
      if (!missing.length) return null;
      return this.kind === "sample" ? this.#prepareSample(takes) : this.#prepareCamera(takes, missing, constraints);
    });
  }

  /** Send what `prepare` opened. Tracks that only the processor before took stay until `keepOnly`. */
  adopt(prepared) {
    if (!prepared) return;
    if (prepared.sample) {
      this.#release();
      this.#sample = prepared.sample;
    }
    this.kind = prepared.sample ? "sample" : "camera";
    this.problems = prepared.problems;
    for (const track of Object.values(prepared.tracks)) this.#take(track);
  }

  keepOnly(kinds) {
    for (const kind of Object.keys(this.tracks)) if (!kinds.includes(kind)) this.#drop(kind);
  }

  /** One switch after the other; the old device stays until the new one delivers. */
  switchDevice(kind, id) {
    return this.#serially(() => this.#replace(kind, { ...this.#cameraOptions(), devices: { [kind]: id } }));
  }

  flip() {
    return this.#serially(async () => {
      const { facingMode, deviceId } = this.tracks.video?.getSettings() ?? {};
      const before = this.facing;
      const other = facingMode ? null : this.#deviceAfter(deviceId);
      // Whoever is told of the new track asks at once which way it looks.
      this.facing = before === "user" ? "environment" : "user";
      try {
        await this.#replace("video", { ...this.#cameraOptions(), devices: { video: other } });
      } catch (error) {
        this.facing = before;
        throw error;
      }
      this.#devices.choose("videoinput", other);
    });
  }

  backToCamera(kinds) {
    return this.#serially(async () => {
      const stillWanted = this.#untilStopped();
      for (const kind of kinds) if (stillWanted()) await this.#replace(kind, this.#cameraOptions());
      if (!stillWanted()) return;
      this.#sample?.stop();
      this.#sample = null;
      this.kind = "camera";
    });
  }

  /** `lasting` is false where not the visitor decided: it does not hold for the next visit. */
  setEnabled(kind, enabled, { lasting = true } = {}) {
    this.#enabled[kind] = enabled;
    if (lasting) remember(`enabled.${kind}`, enabled);
    if (this.tracks[kind]) this.tracks[kind].enabled = enabled;
  }

  isEnabled(kind) {
    return this.#enabled[kind];
  }

  stop() {
    this.#stops += 1;
    this.#release();
    this.kind = null;
  }

  async #prepareCamera(takes, missing, constraints) {
    const stillWanted = this.#untilStopped();
    const { tracks, problems } = await openCamera(missing, { ...this.#cameraOptions(), constraints });
    if (!stillWanted()) return discard(Object.values(tracks)) && null;
    const hasMedia = Object.keys(tracks).length || takes.some((kind) => this.tracks[kind]);
    if (!hasMedia) throw new MissingMedia(missing[0], problems[missing[0]]);
    await this.#devices.refresh();
    if (!stillWanted()) return discard(Object.values(tracks)) && null;
    return { tracks, problems };
  }

  /** A sample of all kinds, so that the way back to the processor before stays open too. */
  async #prepareSample(takes) {
    const stillWanted = this.#untilStopped();
    const kinds = [...new Set([...takes, ...Object.keys(this.tracks)])];
    const sample = await openSample(kinds, { ...this.#options(), file: this.#file });
    if (!stillWanted()) return discard([sample]) && null;
    return { sample, tracks: sample.tracks, problems: {} };
  }

  /** For cameras that do not say where they look: the next one of the list. */
  #deviceAfter(id) {
    const ids = this.#devices.list("videoinput").map((device) => device.id);
    return ids.length > 1 ? ids[(ids.indexOf(id) + 1) % ids.length] : null;
  }

  /** Stop may be pressed while the browser asks or a device wakes up: its light must not come on afterwards. */
  #untilStopped() {
    const stops = this.#stops;
    return () => this.#stops === stops;
  }

  #serially(step) {
    const stillWanted = this.#untilStopped();
    const done = this.#queue.then(() => stillWanted() && step());
    this.#queue = done.catch(() => {});
    return done;
  }

  async #replace(kind, options) {
    const stillWanted = this.#untilStopped();
    const track = await this.#openBeside(kind, options);
    if (!stillWanted()) return discard([track]);
    const old = this.tracks[kind];
    this.#take(track);
    if (old && old !== track) old.stop();
    await this.#devices.refresh();
  }

  /** Phones open one camera at a time: if the new one is refused while the old runs, the old one gives way first. */
  async #openBeside(kind, options) {
    try {
      return await openTrack(kind, options);
    } catch (error) {
      if (error.name !== "NotReadableError" || !this.tracks[kind] || this.kind !== "camera") throw error;
      return this.#openInstead(kind, options);
    }
  }

  async #openInstead(kind, options) {
    const before = this.tracks[kind].getSettings().deviceId;
    this.tracks[kind].stop();
    try {
      return await openTrack(kind, options);
    } catch (error) {
      this.#take(await openTrack(kind, { ...options, devices: { [kind]: before } }));
      throw error;
    }
  }

  #take(track) {
    track.enabled = this.#enabled[track.kind];
    this.tracks[track.kind] = track;
    delete this.problems[track.kind];
    track.addEventListener("ended", () => this.#lost(track));
    if (track.kind === "video") this.facing = track.getSettings().facingMode ?? this.facing;
    emit(this, "track", { kind: track.kind, track });
  }

  /** Only a device that went by itself ends its track; our own stop() does not come here. */
  #lost(track) {
    if (this.tracks[track.kind] !== track) return;
    delete this.tracks[track.kind];
    emit(this, "unplugged", { kind: track.kind });
  }

  #drop(kind) {
    this.tracks[kind].stop();
    delete this.tracks[kind];
    emit(this, "dropped", { kind });
  }

  #release() {
    for (const track of Object.values(this.tracks)) track.stop();
    this.tracks = {};
    this.#sample?.stop();
    this.#sample = null;
  }

  #cameraOptions() {
    const devices = Object.fromEntries(
      Object.entries(DEVICE_KINDS).map(([kind, name]) => [kind, this.#devices.chosen(name)]),
    );
    return { ...this.#options(), devices, facing: this.facing };
  }
}

function discard(opened) {
  for (const part of opened) part.stop();
  return {};
}
