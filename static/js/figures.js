// Live figures out of getStats and the worker's own statistics: pure sums, no page.
import { bottleneck } from "./bottleneck.js";

const COUNT_OVER_MS = 2000;
const RATES_OVER_MS = 400;
const SHARES_OVER_MS = 8000;

export class Figures {
  #before = null;
  #worker = {};
  #counted = null;
  #at = -Infinity;
  #packets = []; // { at, lost, received, sent, lostOfSent } of the last seconds
  latest = {};

  /** The worker counts frames since the start; what people want to see is how many there are in a second. */
  fromWorker(statistics) {
    const now = performance.now();
    const { counts, at } = this.#counted ?? {};
    const rate = (name) => (counts ? Math.max(0, ((statistics[name] - counts[name]) * 1000) / (now - at)) : null);
    this.#worker = { ...statistics, processed: rate("processed"), dropped: rate("dropped") };
    if (!counts || now - at > COUNT_OVER_MS) this.#counted = { counts: statistics, at: now };
  }

  reset() {
    this.#before = null;
    this.#at = -Infinity;
    this.#worker = {};
    this.#counted = null;
    this.#packets = [];
    this.latest = {};
  }

  /** `report` is an RTCStatsReport. */
  update(report) {
    // Rates over a moment are noise: asked twice in a row, the figures stay.
    if (performance.now() - this.#at < RATES_OVER_MS) return this.latest;
    this.#at = performance.now();
    const before = this.#before;
    const now = sample(report, before?.report);
    this.#before = now;
    const known = { ...this.#worker, ...pathOf(now), ...streamsOf(now, before), ...this.#shares(now), ...this.#delay(now, before) };
    this.latest = { ...known, bottleneck: bottleneck(known) };
    return this.latest;
  }

  /** Which share of the packets was lost in the last seconds, on the way there and on the way back. */
  #shares(now) {
    const counts = packetsOf(now, this.#at);
    this.#packets = [...this.#packets.filter(({ at }) => this.#at - at < SHARES_OVER_MS), counts];
    const [first] = this.#packets;
    const grown = (name) => Math.max(0, counts[name] - first[name]);
    return { lost_down: share(grown("lost"), grown("lost") + grown("received")), lost_up: share(grown("lostOfSent"), grown("sent")) };
  }

  #delay(now, before) {
    const network = now.pair?.currentRoundTripTime;
    const played = now.shown ?? now.audioIn[0];
    const parts = {
      // There and back, whoever has measured it.
      network_ms: network === undefined ? (this.#worker.network_ms ?? null) : network * 1000,
      queue_ms: this.#worker.queue_ms ?? null,
      process_ms: this.#worker.process_ms ?? null,
      encode_ms: this.#worker.encode_ms ?? null,
      playback_ms: playbackMs(played, before?.report.get(played?.id)),
    };
    const known = Object.values(parts).filter((part) => part !== null);
    return { ...parts, delay_ms: known.length ? known.reduce((sum, part) => sum + part, 0) : null };
  }
}

/** A room brings several streams each way; what counts of them together is a sum, what one sees is the largest picture. */
function sample(report, before) {
  const entries = [...report.values()];
  const all = (type, kind) => entries.filter((entry) => entry.type === type && entry.kind === kind);
  const transport = entries.find((entry) => entry.type === "transport");
  const pair = report.get(transport?.selectedCandidatePairId) ?? entries.find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
  const [videoOut, videoIn] = [all("outbound-rtp", "video"), all("inbound-rtp", "video")];
  // Sections at rest still tell how large their last picture was.
  const moving = videoIn.filter((stream) => grown(stream, before?.get(stream.id), "framesDecoded") > 0);
  return {
    report,
    pair,
    videoOut,
    videoIn,
    audioOut: all("outbound-rtp", "audio"),
    audioIn: all("inbound-rtp", "audio"),
    farther: entries.filter((entry) => entry.type === "remote-inbound-rtp"),
    sent: largest(videoOut),
    shown: largest(moving) ?? largest(videoIn),
  };
}

function streamsOf(now, before) {
  const { sent, shown, videoOut, videoIn, audioOut, audioIn, report } = now;
  const codec = report.get((shown ?? sent ?? audioIn[0] ?? audioOut[0])?.codecId)?.mimeType?.split("/")[1] ?? null;
  const previous = (stream) => before?.report.get(stream?.id);
  const bits = (streams, field) => times(sum(...streams.map((stream) => perSecond(stream, previous(stream), field))), 8);
  return {
    fps_sent: perSecond(sent, previous(sent), "framesEncoded"),
    fps_shown: perSecond(shown, previous(shown), "framesDecoded"),
    size_in: size(sent),
    size_out: size(shown),
    limited: sent?.qualityLimitationReason ?? null,
    undrawn: share(grown(shown, previous(shown), "framesDropped"), grown(shown, previous(shown), "framesReceived")),
    codec,
    bitrate_up: bits([...videoOut, ...audioOut], "bytesSent"),
    bitrate_down: bits([...videoIn, ...audioIn], "bytesReceived"),
    lost: sum(...[...videoIn, ...audioIn].map(({ packetsLost }) => packetsLost)),
    packets_received: sum(...[...videoIn, ...audioIn].map(({ packetsReceived }) => packetsReceived)),
  };
}

function packetsOf({ videoIn, audioIn, videoOut, audioOut, farther }, at) {
  const total = (streams, field) => sum(...streams.map((stream) => stream[field])) ?? 0;
  const incoming = [...videoIn, ...audioIn];
  return {
    at,
    lost: total(incoming, "packetsLost"),
    received: total(incoming, "packetsReceived"),
    sent: total([...videoOut, ...audioOut], "packetsSent"),
    lostOfSent: total(farther, "packetsLost"),
  };
}

function pathOf({ pair, report }) {
  const local = report.get(pair?.localCandidateId);
  const remote = report.get(pair?.remoteCandidateId);
  if (!local) return { path: null };
  const relayed = local.candidateType === "relay" || remote?.candidateType === "relay";
  return { path: { relayed, protocol: local.relayProtocol ?? local.protocol, local: local.candidateType, remote: remote?.candidateType ?? null } };
}

function perSecond(now, before, field) {
  if (!now || !before || now.timestamp <= before.timestamp) return null;
  return (grown(now, before, field) * 1000) / (now.timestamp - before.timestamp);
}

const grown = (now, before, field) => Math.max(0, (now?.[field] ?? 0) - (before?.[field] ?? 0));

/** Time between a packet's arrival and its picture on the way to the screen. */
function playbackMs(now, before) {
  const frames = (now?.jitterBufferEmittedCount ?? 0) - (before?.jitterBufferEmittedCount ?? 0);
  if (!now || frames <= 0) return null;
  const buffered = ((now.jitterBufferDelay - (before?.jitterBufferDelay ?? 0)) / frames) * 1000;
  const decoded = (now.framesDecoded ?? 0) - (before?.framesDecoded ?? 0);
  const decoding = decoded > 0 ? ((now.totalDecodeTime - (before?.totalDecodeTime ?? 0)) / decoded) * 1000 : 0;
  return buffered + decoding;
}

const area = ({ frameWidth = 0, frameHeight = 0 }) => frameWidth * frameHeight;

const largest = (streams) => streams.reduce((most, each) => (most && area(most) >= area(each) ? most : each), null);

const size = (stream) => (stream?.frameWidth ? [stream.frameWidth, stream.frameHeight] : null);

const times = (value, factor) => (value === null ? null : value * factor);

/** Of nothing there is no share. */
const share = (part, whole) => (whole > 0 ? Math.min(1, part / whole) : null);

function sum(...values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}
