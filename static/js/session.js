// One visit with one processor: states, connecting, recovering, ending. Knows no element of the page.
import { emit, once } from "./events.js";
import { Peer } from "./peer.js";
import { iceOf } from "./ice.js";
import { Phases } from "./phases.js";
import { Refusal } from "./signalling.js";
import { sameDirections } from "./directions.js";
import { allGranted } from "./permissions.js";
import { FINAL, RECOVERABLE, Recovery } from "./recovery.js";

const CONNECTED_DEADLINE_MS = 15_000;
const FIRST_FRAME_DEADLINE_MS = 8_000;
const DISCONNECTED_GRACE_MS = 4_000;

export class Session extends EventTarget {
  state = "idle";
  phases = new Phases();
  manifest;
  // Which media server this is, by a name that its host finds in the logs.
  server = null;
  peer = null;
  #signalling;
  #source;
  #parameters;
  #quality;
  #opened = null; // { session, token, ice }
  #run = null; // AbortController of the attempt at hand
  #recovery = new Recovery({
    resume: () => this.#resume(),
    connect: (signal) => this.#offer(signal),
    open: (signal) => this.#connect(signal),
    arrive: (signal) => this.#within("firstframe", FIRST_FRAME_DEADLINE_MS, signal, "no_picture"),
    isFinal: (code) => FINAL.has(code),
  });

  constructor({ signalling, source, manifest, parameters, quality }) {
    super();
    this.manifest = manifest;
    this.#signalling = signalling;
    this.#source = source;
    this.#parameters = parameters;
    this.#quality = quality;
    source.addEventListener("track", ({ detail }) => this.peer?.setTrack(detail.kind, detail.track).catch(() => {}));
    signalling.addEventListener("open", () => this.#signallingIsBack());
    signalling.addEventListener("session.closed", ({ detail }) => this.#closedByServer(detail));
    signalling.addEventListener("error", ({ detail }) => this.#troubled(detail));
    signalling.addEventListener("server.restart", () => this.#opened && emit(this, "restarting"));
    signalling.addEventListener("session.live", ({ detail }) => this.#isMine(detail) && this.phases.mark("media"));
  }

  get id() {
    return this.#opened?.session ?? null;
  }

  get isRunning() {
    return this.#run !== null;
  }

  /** `open(kinds)` opens camera or sample; it runs while the server prepares the session. */
  async start(open) {
    if (this.isRunning) return;
    const run = (this.#run = new AbortController());
    this.phases.begin();
    this.#setState("permission");
    try {
      await this.#openEverything(open, run.signal);
      await this.#untilPicture(run.signal);
    } catch (error) {
      if (!run.signal.aborted) this.#fail(error);
    }
  }

  stop() {
    if (this.#opened) this.#signalling.say("session.close", { session: this.id });
    this.#end("ended", {});
  }

  /** The same directions need a word to the worker only; others need other media and a new offer. */
  async switchProcessor(manifest, parameters) {
    if (sameDirections(this.manifest, manifest)) {
      const switched = await this.#signalling.request("session.switch", {
        session: this.id,
        processor: manifest.slug,
        parameters,
      });
      this.manifest = switched.processor;
      return switched;
    }
    return this.#switchDirections(manifest, parameters);
  }

  sendParameters(values, number) {
    return this.peer?.send({ type: "parameters", number, values }) ?? false;
  }

  /** The way for files, and for everything while there is no data channel. */
  async requestParameters(values, number) {
    if (!this.#opened) return null;
    return this.#signalling.request("session.parameters", { session: this.id, number, values });
  }

  reconnect(reason) {
    if (this.state === "live") this.#recover(reason);
  }

  /** The stage says so for every new connection, once its first picture is on the screen. */
  firstFrame() {
    if (!this.peer || this.peer.hasShown) return;
    this.peer.hasShown = true;
    this.phases.mark("first frame");
    emit(this, "firstframe");
  }

  async #openEverything(open, signal) {
    const kinds = this.manifest.takes;
    const eager = await allGranted(kinds);
    this.phases.mark("asked");
    const media = open(kinds).then((tracks) => this.#granted(tracks, kinds, signal));
    if (!eager) await media;
    signal.throwIfAborted();
    await Promise.all([media, this.#connect(signal)]);
    signal.throwIfAborted();
  }

  #granted(tracks, kinds, signal) {
    signal.throwIfAborted();
    this.phases.mark("granted");
    if (kinds.length && !Object.keys(tracks).length) throw new Refusal({ code: "no_media", message: "" });
    if (this.state === "permission") this.#setState("connecting");
  }

  async #connect(signal) {
    const opened = await this.#signalling.request("session.open", { processor: this.manifest.slug });
    // Stop was pressed meanwhile: nobody else knows of this session, so its place must be given back here.
    if (signal.aborted) this.#signalling.say("session.close", { session: opened.session });
    signal.throwIfAborted();
    this.phases.mark("opened");
    this.#opened = { session: opened.session, token: opened.token, ice: iceOf(opened) };
    await this.#offer(signal);
  }

  async #offer(signal, parameters = this.#parameters()) {
    const peer = new Peer(this.#opened.ice, this.manifest);
    this.#adopt(peer);
    for (const [kind, track] of Object.entries(this.#source.tracks)) await peer.setTrack(kind, track);
    const sdp = await peer.offer();
    signal.throwIfAborted();
    const answer = await this.#signalling.request("session.offer", {
      session: this.id,
      sdp,
      processor: this.manifest.slug,
      parameters,
      quality: this.#quality(),
    });
    signal.throwIfAborted();
    this.phases.mark("answered");
    this.server = answer.server ?? null;
    await peer.accept(answer.sdp);
    emit(this, "accepted", { values: answer.parameters, errors: answer.errors ?? {} });
  }

  #adopt(peer) {
    this.peer?.close();
    this.peer = peer;
    const mine = (listener) => (event) => this.peer === peer && listener(event);
    peer.addEventListener("connected", mine(() => this.#connected()));
    peer.addEventListener("disconnected", mine(() => this.#graceForDisconnected(peer)));
    peer.addEventListener("failed", mine(() => this.#peerFailed()));
    peer.addEventListener("track", mine(() => emit(this, "stream", { stream: peer.stream })));
    peer.addEventListener("data", mine(({ detail }) => emit(this, "data", detail)));
    peer.addEventListener("channelopen", mine(() => emit(this, "channelopen")));
  }

  #connected() {
    this.phases.mark("connected");
    emit(this, "connected");
    // Nothing to see comes back from a processor that only listens: connected is all there is.
    if (!this.manifest.gives.includes("video")) this.firstFrame();
  }

  async #untilPicture(signal) {
    await this.#within("connected", CONNECTED_DEADLINE_MS, signal, "no_path");
    try {
      await this.#within("firstframe", FIRST_FRAME_DEADLINE_MS, signal, "no_picture");
    } catch (error) {
      if (signal.aborted) throw error;
      await this.#offer(signal);
      await this.#within("firstframe", 2 * FIRST_FRAME_DEADLINE_MS, signal, "no_picture");
    }
    this.#live();
  }

  async #within(type, deadlineMs, signal, code) {
    if (type === "connected" && this.peer?.state === "connected") return;
    if (type === "firstframe" && this.peer?.hasShown) return;
    try {
      await once(this, type, deadlineMs, signal);
    } catch {
      throw new Refusal({ code, message: "" });
    }
  }

  #live() {
    this.phases.mark("live");
    this.#setState("live");
  }

  #graceForDisconnected(peer) {
    setTimeout(() => {
      if (this.peer === peer && peer.state === "disconnected") this.#recover("disconnected");
    }, DISCONNECTED_GRACE_MS);
    emit(this, "unsteady");
  }

  #peerFailed() {
    if (this.state === "live") this.#recover("failed");
    else if (this.state === "connecting") this.#fail(new Refusal({ code: "no_path", message: "" }));
  }

  /** A socket that came back belongs to a new connection: tell the server which session is ours. */
  async #signallingIsBack() {
    if (!this.#opened || this.#recovery.isUnderWay || this.state !== "live") return;
    try {
      const { parameters } = await this.#resume();
      // No values in force means a new place for the session, which has not heard of our media yet.
      const isNewPlace = this.manifest.parameters.length && !Object.keys(parameters).length;
      if (isNewPlace) this.#recover("lost");
    } catch (error) {
      if (RECOVERABLE.has(error.code)) this.#recover(error.code);
    }
  }

  async #resume() {
    const { session, token } = this.#opened;
    const resumed = await this.#signalling.request("session.resume", { session, token });
    this.#opened.ice = iceOf(resumed);
    return resumed;
  }

  async #recover(reason) {
    if (this.#recovery.isUnderWay || !this.isRunning) return;
    const { signal } = this.#run;
    this.#setState("reconnecting", { reason });
    try {
      await this.#recovery.run(signal);
      this.#setState("live");
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  async #switchDirections(manifest, parameters) {
    const { signal } = this.#run;
    const before = this.manifest;
    const opened = await this.#source.prepare(manifest);
    signal.throwIfAborted();
    this.manifest = manifest;
    this.#source.adopt(opened);
    try {
      await this.#connectAnew(parameters, signal);
      return { processor: manifest, parameters: {} };
    } catch (error) {
      this.manifest = before;
      if (!signal.aborted) this.#recover(error.code);
      throw error;
    } finally {
      this.#source.keepOnly(this.manifest.takes);
    }
  }

  async #connectAnew(parameters, signal) {
    this.#setState("connecting");
    await this.#offer(signal, parameters);
    await this.#within("connected", CONNECTED_DEADLINE_MS, signal, "no_path");
    await this.#within("firstframe", FIRST_FRAME_DEADLINE_MS, signal, "no_picture");
    this.#live();
  }

  /** The server tells of a lost media worker before the connection itself notices. */
  #troubled({ session, code }) {
    if (session === this.id && this.state === "live" && RECOVERABLE.has(code)) this.#recover(code);
  }

  #closedByServer(detail) {
    if (!this.#isMine(detail)) return;
    const begun = ["live", "reconnecting"].includes(this.state);
    if (begun && RECOVERABLE.has(detail.reason)) return this.#recover(detail.reason);
    this.#end("failed", { error: new Refusal({ ...detail, code: detail.reason }) });
  }

  #isMine({ session }) {
    return session === undefined || session === this.id;
  }

  #fail(error) {
    if (this.#opened) this.#signalling.say("session.close", { session: this.id });
    this.#end("failed", { error });
  }

  #end(state, detail) {
    this.#run?.abort();
    this.#run = null;
    this.#opened = null;
    this.peer?.close();
    this.peer = null;
    this.#source.stop();
    this.#setState(state, detail);
  }

  #setState(state, detail = {}) {
    this.state = state;
    emit(this, "state", { state, ...detail });
  }
}
