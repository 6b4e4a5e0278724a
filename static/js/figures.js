// Live figures out of getStats and the worker's own statistics: pure sums, no page.
const COUNT_OVER_MS = 2000;
const RATES_OVER_MS = 400;

export class Figures {
  #before = null;
  #worker = {};
  #counted = null;
  #at = -Infinity;
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
    this.latest = {};
  }

  /** `report` is an RTCStatsReport. */
  update(report) {
    // Rates over a moment are noise: asked twice in a row, the figures stay.
    if (performance.now() - this.#at < RATES_OVER_MS) return this.latest;
    this.#at = performance.now();
    const now = sample(report);
    const before = this.#before;
    this.#before = now;
    this.latest = { ...this.#worker, ...pathOf(now), ...streamsOf(now, before), ...this.#delay(now, before) };
    return this.latest;
  }

  #delay(now, before) {
    const network = now.pair?.currentRoundTripTime;
    const playback = playbackMs(now.videoIn ?? now.audioIn, before?.videoIn ?? before?.audioIn);
    const parts = {
      network_ms: network === undefined ? (this.#worker.network_ms ?? null) : network * 1000,
      queue_ms: this.#worker.queue_ms ?? null,
      process_ms: this.#worker.process_ms ?? null,
      encode_ms: this.#worker.encode_ms ?? null,
      playback_ms: playback,
    };
    const known = Object.values(parts).filter((part) => part !== null);
    return { ...parts, delay_ms: known.length ? known.reduce((sum, part) => sum + part, 0) : null };
  }
}

function sample(report) {
  const entries = [...report.values()];
  const find = (type, kind) => entries.find((entry) => entry.type === type && entry.kind === kind);
  const transport = entries.find((entry) => entry.type === "transport");
  const pair = report.get(transport?.selectedCandidatePairId) ?? entries.find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
  return {
    report,
    pair,
    videoOut: find("outbound-rtp", "video"),
    audioOut: find("outbound-rtp", "audio"),
    videoIn: find("inbound-rtp", "video"),
    audioIn: find("inbound-rtp", "audio"),
  };
}

function streamsOf(now, before) {
  const { videoOut, videoIn, audioOut, audioIn, report } = now;
  const codec = report.get((videoIn ?? videoOut ?? audioIn ?? audioOut)?.codecId)?.mimeType?.split("/")[1] ?? null;
  return {
    fps_sent: perSecond(videoOut, before?.videoOut, "framesEncoded"),
    fps_shown: perSecond(videoIn, before?.videoIn, "framesDecoded"),
    size_in: size(videoOut),
    size_out: size(videoIn),
    codec,
    bitrate_up: sum(bits(videoOut, before?.videoOut, "bytesSent"), bits(audioOut, before?.audioOut, "bytesSent")),
    bitrate_down: sum(bits(videoIn, before?.videoIn, "bytesReceived"), bits(audioIn, before?.audioIn, "bytesReceived")),
    lost: sum(videoIn?.packetsLost ?? null, audioIn?.packetsLost ?? null),
    packets_received: sum(videoIn?.packetsReceived ?? null, audioIn?.packetsReceived ?? null),
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
  return ((now[field] - before[field]) * 1000) / (now.timestamp - before.timestamp);
}

function bits(now, before, field) {
  const rate = perSecond(now, before, field);
  return rate === null ? null : rate * 8;
}

/** Time between a packet's arrival and its picture on the way to the screen. */
function playbackMs(now, before) {
  const frames = (now?.jitterBufferEmittedCount ?? 0) - (before?.jitterBufferEmittedCount ?? 0);
  if (!now || frames <= 0) return null;
  const buffered = ((now.jitterBufferDelay - (before?.jitterBufferDelay ?? 0)) / frames) * 1000;
  const decoded = (now.framesDecoded ?? 0) - (before?.framesDecoded ?? 0);
  const decoding = decoded > 0 ? ((now.totalDecodeTime - (before?.totalDecodeTime ?? 0)) / decoded) * 1000 : 0;
  return buffered + decoding;
}

const size = (stream) => (stream?.frameWidth ? [stream.frameWidth, stream.frameHeight] : null);

function sum(...values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}
