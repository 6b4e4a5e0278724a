// One way to the media worker, tried for real: a session with a data channel only, and a few round trips over it.
import { once, pause } from "./events.js";
import { Peer } from "./peer.js";
import { Phases } from "./phases.js";

const NO_MEDIA = { takes: [], gives: [] };
const PINGS = 6;
const PING_DEADLINE_MS = 3000;
// A browser that answers a refusal by another server only tells when it has given up.
const GATHERED_GRACE_MS = 300;

export class Path {
  connected = false;
  errors = [];
  rttMs = null;
  failure = null; // a code of the protocol, or no_path
  // Whether the relay gave us an address.
  relayed = false;
  phases = new Phases();
  #signalling;
  #slug;
  #session = null;
  #peer = null;
  #facts = { local: [], remote: [], pairs: [] };

  constructor(name, signalling, slug) {
    this.name = name;
    this.#signalling = signalling;
    this.#slug = slug;
  }

  /** Rejects with the server's Refusal when it has no place. */
  async open() {
    this.phases.begin();
    const opened = await this.#signalling.request("session.open", { processor: this.#slug });
    this.#session = opened.session;
    this.phases.mark("opened");
    return opened;
  }

  /** Resolves when connected and measured, or when the deadline has passed; what became of it stands in the fields. */
  async connect(ice, deadlineMs) {
    const peer = (this.#peer = new Peer(ice, NO_MEDIA));
    this.#listen(peer);
    try {
      await this.#negotiate(peer, ice, deadlineMs);
      this.connected = true;
      await this.#measure();
    } catch (error) {
      this.failure = error.code ?? "no_path";
      await pause(GATHERED_GRACE_MS);
    }
    await this.#look();
  }

  /** Send `message` and wait for the pong with the same time. */
  async ping(message = {}, deadlineMs = PING_DEADLINE_MS) {
    const sent = performance.now();
    this.#peer.send({ type: "ping", time: sent, ...message });
    const deadline = sent + deadlineMs;
    for (;;) {
      const { type, time } = await once(this.#peer, "data", Math.max(1, deadline - performance.now()));
      if (type === "pong" && time === sent) return performance.now() - sent;
    }
  }

  send(message) {
    return this.#peer.send(message);
  }

  listen(listener, signal) {
    this.#peer.addEventListener("data", ({ detail }) => listener(detail), { signal });
  }

  close() {
    if (this.#session) this.#signalling.say("session.close", { session: this.#session });
    this.#peer?.close();
    this.#session = null;
  }

  report() {
    const { name, connected, errors, rttMs, failure } = this;
    return { name, connected, failure, rtt_ms: rttMs === null ? null : Math.round(rttMs), phases: this.phases.list(), errors, ...this.#facts };
  }

  get protocol() {
    return this.#facts.protocol ?? null;
  }

  #listen(peer) {
    peer.addEventListener("candidate", ({ detail: { candidate } }) => {
      if (!candidate?.candidate) return;
      this.relayed ||= candidate.type === "relay";
      this.#facts.local.push(ownWords(candidate));
    });
    peer.addEventListener("candidateerror", ({ detail }) => this.errors.length < 10 && this.errors.push(detail));
  }

  async #negotiate(peer, { relayOnly }, deadlineMs) {
    const vain = new AbortController();
    // The browser has asked everybody, and the relay gave no address: nothing is left to wait for.
    peer.addEventListener("candidate", ({ detail }) => detail.candidate === null && relayOnly && !this.relayed && vain.abort());
    const opened = once(peer, "channelopen", deadlineMs, vain.signal);
    opened.catch(() => {});
    const sdp = await peer.offer();
    const answer = await this.#signalling.request("session.offer", { session: this.#session, sdp, processor: this.#slug });
    this.phases.mark("answered");
    this.#facts.remote = candidatesIn(answer.sdp);
    await peer.accept(answer.sdp);
    await opened;
    this.phases.mark("connected");
  }

  async #measure() {
    const trips = [];
    for (let number = 0; number < PINGS; number += 1) trips.push(await this.ping());
    this.rttMs = trips.sort((one, other) => one - other)[Math.floor(PINGS / 2)];
    this.phases.mark("measured");
  }

  async #look() {
    const report = await this.#peer.statistics();
    const transport = [...report.values()].find(({ type }) => type === "transport");
    for (const pair of report.values()) {
      if (pair.type !== "candidate-pair" || this.#facts.pairs.length >= 12) continue;
      const local = report.get(pair.localCandidateId);
      const remote = report.get(pair.remoteCandidateId);
      const chosen = transport?.selectedCandidatePairId ? pair.id === transport.selectedCandidatePairId : Boolean(pair.nominated && pair.state === "succeeded");
      if (chosen) this.#facts.protocol = local?.relayProtocol ?? local?.protocol;
      this.#facts.pairs.push(pairWords(pair, local, remote, chosen));
    }
  }
}

function pairWords(pair, local, remote, chosen) {
  return {
    local: local ? `${local.candidateType} ${local.relayProtocol ?? local.protocol ?? ""}`.trim() : "?",
    remote: remote ? `${remote.candidateType} ${remote.address ?? ""}:${remote.port ?? ""}` : "?",
    state: pair.state,
    nominated: chosen,
    requests: pair.requestsSent ?? null,
    responses: pair.responsesReceived ?? null,
    rtt_ms: pair.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
  };
}

/** The visitor's own addresses stay here: what kind they are is all a host needs. The relay's are the site's. */
function ownWords({ type, protocol, address, port, relayProtocol }) {
  if (type === "relay") return `relay ${relayProtocol ?? ""} ${address}:${port}`.replace("  ", " ");
  return `${type} ${protocol} ${familyOf(address ?? "")}`;
}

function familyOf(address) {
  if (address.endsWith(".local")) return "hidden";
  if (address.includes(":")) return "IPv6";
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address)) return "IPv4, private";
  return address ? "IPv4" : "hidden";
}

function candidatesIn(sdp) {
  const lines = sdp.split(/\r?\n/).filter((line) => line.startsWith("a=candidate:"));
  return [...new Set(lines.map((line) => line.split(" ")).map((field) => `${field[7]} ${field[2]} ${field[4]}:${field[5]}`))].slice(0, 12);
}
