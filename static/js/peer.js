// One RTCPeerConnection, from its offer to its end. A new attempt is a new Peer.
import { emit } from "./events.js";
import { KINDS, direction } from "./directions.js";

const CHANNEL = "showroom";
const SPOKEN = ["video/vp8", "video/h264", "video/rtx"];

// A relay that has not answered by then will not: the offer goes without it and says so by failing.
const RELAY_DEADLINE_MS = 5000;

export class Peer extends EventTarget {
  #connection;
  #channel;
  #candidates;
  #transceivers = {};
  stream = new MediaStream();
  // Whether its first picture has been on the screen.
  hasShown = false;

  /** `ice` is what the server said: { servers, relayOnly, candidates }. */
  constructor(ice, manifest) {
    super();
    const iceTransportPolicy = ice.relayOnly ? "relay" : "all";
    this.#connection = new RTCPeerConnection({ iceServers: ice.servers, iceTransportPolicy, bundlePolicy: "max-bundle" });
    this.#candidates = ice.candidates;
    this.#channel = this.#connection.createDataChannel(CHANNEL);
    this.#listen();
    for (const kind of KINDS) {
      const way = direction(manifest, kind);
      if (way) this.#transceivers[kind] = this.addSection(kind, way);
    }
  }

  get state() {
    return this.#connection.connectionState;
  }

  /** The media sections, in the order of the offer. */
  get sections() {
    return this.#connection.getTransceivers();
  }

  /** One section more, for the next offer. */
  addSection(kind, way) {
    const transceiver = this.#connection.addTransceiver(kind, { direction: way });
    if (kind === "video") preferVp8(transceiver);
    return transceiver;
  }

  /** Where the camera ("video") or the microphone ("audio") goes out. */
  section(kind) {
    return this.#transceivers[kind];
  }

  /** Send this track from now on; works before the offer, and later without a new one. */
  async setTrack(kind, track) {
    await this.#transceivers[kind]?.sender.replaceTrack(track);
  }

  /**
   * The offer goes at once: the worker learns our address from our checks, so no candidate is waited for. Only a worker
   * that is itself behind a relay must be told our address there.
   */
  async offer() {
    await this.#connection.setLocalDescription();
    if (this.#candidates) await relayCandidate(this.#connection);
    return this.#connection.localDescription.sdp;
  }

  async accept(sdp) {
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
  }

  send(message) {
    if (this.#channel.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  statistics() {
    return this.#connection.getStats();
  }

  close() {
    this.#channel.close();
    this.#connection.close();
  }

  #listen() {
    const connection = this.#connection;
    connection.addEventListener("track", ({ track }) => {
      this.stream.addTrack(track);
      emit(this, "track", { track });
    });
    connection.addEventListener("icecandidate", ({ candidate }) => emit(this, "candidate", { candidate }));
    connection.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => emit(this, "candidateerror", { url, code: errorCode, text: errorText }));
    connection.addEventListener("connectionstatechange", () => emit(this, connection.connectionState));
    this.#channel.addEventListener("open", () => emit(this, "channelopen"));
    this.#channel.addEventListener("message", ({ data }) => emit(this, "data", JSON.parse(data)));
  }
}

/** Resolves with the first address on a relay, when there will be none, or when it takes too long. */
function relayCandidate(connection) {
  return new Promise((resolve) => {
    setTimeout(resolve, RELAY_DEADLINE_MS);
    connection.addEventListener("icecandidate", ({ candidate }) => (!candidate || candidate.type === "relay") && resolve());
    if (connection.iceGatheringState === "complete") resolve();
  });
}

/** VP8 first, which workers forward and encode best; what they do not speak would only make the offer longer. */
function preferVp8(transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
  if (!codecs || !transceiver.setCodecPreferences) return;
  const known = SPOKEN.flatMap((name) => codecs.filter(({ mimeType }) => mimeType.toLowerCase() === name));
  if (known.length) transceiver.setCodecPreferences(known);
}
