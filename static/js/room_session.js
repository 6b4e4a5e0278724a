// A seat in a room: coming in, who is in which section, coming back after a loss, leaving. Knows no element of the page.
import { emit, once, pause } from "./events.js";
import { iceOf } from "./ice.js";
import { Negotiation } from "./negotiation.js";
import { FINAL, RECOVERABLE, Recovery } from "./recovery.js";
import { RoomPeer } from "./room_peer.js";
import { Refusal } from "./signalling.js";

const CONNECTED_DEADLINE_MS = 15_000;
const DISCONNECTED_GRACE_MS = 4_000;

// What the server tells a room goes on to the page as it is.
const ROOM_EVENTS = ["room.participants", "room.chat", "room.notice", "room.changed", "room.speaker", "room.recording"];
const SHUT = new Set(["removed", "room_ended", "other_tab", "room_closed", "room_locked", "room_full", "room_unknown", "invitation_needed", "invitation_over", "sign_in_required"]);

export class RoomSession extends EventTarget {
  state = "idle";
  room = null;
  participant = null;
  // Which media server this seat is at, by a name that its host finds in the logs.
  server = null;
  peer = null;
  // Each { mid, participant, kind, source }.
  tracks = [];
  // Manifests of what is worn over the picture and over the sound; null for nothing.
  worn = { picture: null, sound: null };
  #signalling;
  #source;
  #facts;
  #opened = null; // { session, token, ice }
  #run = null;
  #recovery = new Recovery({
    resume: () => this.#resume(),
    connect: (signal) => this.#connect(signal),
    open: (signal) => this.#open(signal),
    arrive: (signal) => this.#within("connected", CONNECTED_DEADLINE_MS, signal),
    isFinal: (code) => FINAL.has(code) || SHUT.has(code),
  });
  #screen = null;
  #wanted = {};
  #negotiation = null;
  // An offer says what is worn, so it waits until a change of that is answered.
  #switching = null;

  /** `facts()` gives { room, invitation, name, people, values(place), quality, own } at the moment they are needed. */
  constructor({ signalling, source, facts }) {
    super();
    this.#signalling = signalling;
    this.#source = source;
    this.#facts = facts;
    source.addEventListener("track", ({ detail }) => this.peer?.setTrack(detail.kind, detail.track).catch(() => {}));
    source.addEventListener("dropped", ({ detail }) => this.#silence(detail.kind));
    source.addEventListener("unplugged", ({ detail }) => this.#silence(detail.kind));
    signalling.addEventListener("open", () => this.#signallingIsBack());
    signalling.addEventListener("session.closed", ({ detail }) => this.#closedByServer(detail));
    signalling.addEventListener("error", ({ detail }) => this.#troubled(detail));
    signalling.addEventListener("session.tracks_changed", ({ detail }) => this.#isMine(detail) && this.#tracksChanged(detail));
    for (const type of ROOM_EVENTS) signalling.addEventListener(type, ({ detail }) => this.#isMine(detail) && this.#told(type, detail));
  }

  get id() {
    return this.#opened?.session ?? null;
  }

  get isRunning() {
    return this.#run !== null;
  }

  async join() {
    if (this.isRunning) return;
    const { signal } = (this.#run = new AbortController());
    this.#setState("connecting");
    try {
      await this.#open(signal);
      await this.#within("connected", CONNECTED_DEADLINE_MS, signal);
      this.#setState("live");
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  leave() {
    if (this.#opened) this.#signalling.say("session.close", { session: this.id });
    this.#end("ended", {});
  }

  /** What this person says of themselves: any of muted, camera_off, screen. */
  tell(state) {
    if (this.#opened) this.#signalling.say("room.state", { session: this.id, ...state });
  }

  rename(name) {
    if (this.#opened) this.#signalling.say("room.name", { session: this.id, name });
  }

  chat(text) {
    return this.#ask("room.chat", { text });
  }

  moderate(act, participant) {
    return this.#ask("room.moderate", { act, participant });
  }

  /** start and stop for the owner; agree and refuse for everybody. */
  record(act, request = null) {
    return this.#ask("room.record", { act, request });
  }

  /** Which tiles the page shows; only the newest word counts, so the quicker way may be taken. */
  view(facts) {
    if (!this.peer?.send({ type: "view", ...facts }) && this.#opened) this.#signalling.say("room.view", { session: this.id, ...facts });
  }

  async wear(place, manifest, parameters) {
    const asked = this.#ask("session.switch", { processor: manifest?.slug ?? null, parameters, place });
    this.#switching = asked.then(() => pause(0), () => {});
    const switched = await asked;
    this.worn[place] = manifest && switched.processor;
    return switched;
  }

  sendParameters(place, values, number) {
    return this.peer?.send({ type: "parameters", number, values, place }) ?? false;
  }

  async requestParameters(place, values, number) {
    return this.#opened && this.#ask("session.parameters", { number, values, place });
  }

  /** Share this screen beside the camera; null ends it. */
  async share(stream) {
    this.#screen = stream;
    await this.peer?.setScreen(stream);
    await this.#negotiation?.start();
    this.tell({ screen: Boolean(stream) });
  }

  #silence(kind) {
    this.peer?.setTrack(kind, null).catch(() => {});
  }

  #ask(type, body) {
    return this.#signalling.request(type, { session: this.id, ...body });
  }

  async #open(signal) {
    const { room, invitation, name, people } = this.#facts();
    const wish = { processor: this.worn.picture?.slug ?? null, room, name, ...(invitation && { invitation }) };
    const opened = await this.#signalling.request("session.open", wish);
    // Leave was pressed meanwhile: nobody else knows of this seat, so it must be given back here.
    if (signal.aborted) this.#signalling.say("session.close", { session: opened.session });
    signal.throwIfAborted();
    this.#opened = { session: opened.session, token: opened.token, ice: iceOf(opened) };
    this.participant = opened.participant;
    this.#told("room.changed", { room: opened.room });
    this.#wanted = { video: people, audio: people };
    await this.#connect(signal);
  }

  /** A new connection for the seat; what was seen before belongs to the old one. */
  async #connect(signal) {
    signal.throwIfAborted();
    const peer = new RoomPeer(this.#opened.ice);
    this.#adopt(peer, signal);
    this.#show([]);
    peer.receive(this.#wanted);
    for (const [kind, track] of Object.entries(this.#source.tracks)) await peer.setTrack(kind, track);
    if (this.#screen) await peer.setScreen(this.#screen);
    signal.throwIfAborted();
    await this.#negotiation.start();
    signal.throwIfAborted();
  }

  #adopt(peer, signal) {
    this.#giveUpPeer();
    this.peer = peer;
    this.#negotiation = new Negotiation(() => this.#offer(peer, signal));
    const mine = (listener) => (event) => this.peer === peer && listener(event);
    peer.addEventListener("connected", mine(() => emit(this, "connected")));
    peer.addEventListener("disconnected", mine(() => this.#graceForDisconnected(peer)));
    peer.addEventListener("failed", mine(() => (this.state === "live" ? this.#recover("failed") : this.#failConnecting())));
    peer.addEventListener("data", mine(({ detail }) => emit(this, "data", detail)));
  }

  async #offer(peer, signal) {
    const sdp = await peer.offer();
    await this.#switching;
    const { quality } = this.#facts();
    const wish = { quality, sources: peer.sources(), ...this.#wornIn("picture"), sound: this.#wornIn("sound"), state: this.#state() };
    const answer = await this.#ask("session.offer", { sdp, ...wish });
    signal.throwIfAborted();
    if (this.peer !== peer) return;
    this.server = answer.server ?? null;
    await peer.accept(answer.sdp);
    emit(this, "accepted", { place: "picture", values: answer.parameters, errors: answer.errors ?? {} });
    emit(this, "accepted", { place: "sound", values: answer.sound?.parameters, errors: answer.sound?.errors ?? {} });
    this.#tracksChanged(answer);
  }

  #wornIn(place) {
    const worn = this.worn[place];
    return { processor: worn?.slug ?? null, parameters: worn ? this.#facts().values(place) : {} };
  }

  /** What this person says of themselves, with every offer and when the socket is back: the server may know nothing of it. */
  #state() {
    return { ...this.#facts().own, screen: Boolean(this.#screen) };
  }

  #tracksChanged({ tracks = [], wanted = {}, offer_again: offerAgain = false }) {
    if (!this.peer) return;
    this.#wanted = wanted;
    const added = this.peer.receive(wanted);
    this.#show(tracks);
    if (added || offerAgain || this.#negotiation.isOwed) this.#negotiation.start().catch((error) => this.#notAgreed(error));
  }

  /** A lost socket asks again when it is back; a worker that does not answer needs another connection. */
  #notAgreed(error) {
    if (this.state === "live" && error.code !== "lost" && RECOVERABLE.has(error.code)) this.#recover(error.code);
  }

  #show(tracks) {
    this.tracks = tracks;
    emit(this, "tracks", { tracks });
  }

  #told(type, detail) {
    if (type === "room.changed") this.room = detail.room;
    emit(this, type, detail);
  }

  async #within(type, deadlineMs, signal) {
    if (this.peer?.state === "connected") return;
    try {
      await once(this, type, deadlineMs, signal);
    } catch {
      throw new Refusal({ code: "no_path", message: "" });
    }
  }

  #graceForDisconnected(peer) {
    setTimeout(() => {
      if (this.peer === peer && peer.state === "disconnected") this.#recover("disconnected");
    }, DISCONNECTED_GRACE_MS);
    emit(this, "unsteady");
  }

  #failConnecting() {
    if (this.state === "connecting") this.#fail(new Refusal({ code: "no_path", message: "" }));
  }

  /** A socket that came back belongs to a new connection: tell the server which seat is ours. */
  async #signallingIsBack() {
    if (!this.#opened || this.#recovery.isUnderWay || this.state !== "live") return;
    try {
      const resumed = await this.#resume();
      if (resumed.tracks) this.#tracksChanged(resumed);
      else this.#recover("lost");
    } catch (error) {
      if (RECOVERABLE.has(error.code)) this.#recover(error.code);
      else this.#fail(error);
    }
  }

  async #resume() {
    const { session, token } = this.#opened;
    const { name } = this.#facts();
    const resumed = await this.#signalling.request("session.resume", { session, token, room: this.room.id, name, state: this.#state() });
    this.#opened.ice = iceOf(resumed);
    // What changed while the socket was away.
    this.#told("room.changed", { room: resumed.room });
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

  /** The server tells of a lost media worker before the connection itself notices. */
  #troubled({ session, code }) {
    if (session === this.id && this.state === "live" && RECOVERABLE.has(code)) this.#recover(code);
  }

  #closedByServer(detail) {
    if (!this.#opened || !this.#isMine(detail)) return;
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
    this.participant = null;
    this.#giveUpPeer();
    this.#wanted = {};
    for (const track of this.#screen?.getTracks() ?? []) track.stop();
    this.#screen = null;
    this.#source.stop();
    this.#show([]);
    this.#setState(state, detail);
  }

  #giveUpPeer() {
    this.#negotiation?.end();
    this.#negotiation = null;
    this.peer?.close();
    this.peer = null;
  }

  #setState(state, detail = {}) {
    this.state = state;
    emit(this, "state", { state, ...detail });
  }
}
