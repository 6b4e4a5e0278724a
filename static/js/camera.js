// getUserMedia with everything that can go wrong: works with zero, one or both devices (no page touched here).
import { wish } from "./media_wishes.js";

/**
 * Open what is wanted; returns { tracks: {video, audio}, problems: {video, audio} }.
 * `wanted` is a list of kinds, `options.devices` the explicit choices by kind.
 */
export async function openCamera(wanted, options) {
  if (!navigator.mediaDevices?.getUserMedia) return allFailed(wanted, insecure());
  const missing = await missingKinds(wanted);
  const kinds = wanted.filter((kind) => !missing.includes(kind));
  const found = kinds.length ? await openTogether(kinds, options) : { tracks: {}, problems: {} };
  for (const kind of missing) found.problems[kind] = new DOMException("no such device", "NotFoundError");
  return found;
}

export async function openTrack(kind, options) {
  const stream = await request([kind], options);
  return stream.getTracks()[0];
}

/** One prompt for both; only if that fails each for itself, so that one can work without the other. */
async function openTogether(kinds, options) {
  try {
    return { tracks: byKind(await request(kinds, options)), problems: {} };
  } catch (error) {
    return kinds.length > 1 ? openEach(kinds, options) : allFailed(kinds, error);
  }
}

async function openEach(kinds, options) {
  const found = { tracks: {}, problems: {} };
  for (const kind of kinds) {
    try {
      Object.assign(found.tracks, byKind(await request([kind], options)));
    } catch (error) {
      found.problems[kind] = error;
    }
  }
  return found;
}

/** A remembered device that is gone, or a wish nobody can fulfil, is dropped once and silently. */
async function request(kinds, options) {
  try {
    return await navigator.mediaDevices.getUserMedia(constraintsFor(kinds, options));
  } catch (error) {
    if (!["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
    const relaxed = relax(kinds, options, error);
    if (!relaxed) throw error;
    return navigator.mediaDevices.getUserMedia(constraintsFor(kinds, relaxed));
  }
}

function relax(kinds, options, error) {
  if (kinds.some((kind) => options.devices?.[kind])) return { ...options, devices: {} };
  if (error.name === "OverconstrainedError") return { quality: options.quality };
  return null;
}

function constraintsFor(kinds, { devices = {}, ...options }) {
  return Object.fromEntries(kinds.map((kind) => [kind, wish(kind, { ...options, device: devices[kind] })]));
}

async function missingKinds(wanted) {
  const names = { video: "videoinput", audio: "audioinput" };
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const present = new Set(devices.map((device) => device.kind));
    // Some browsers list nothing at all before permission.
    return devices.length ? wanted.filter((kind) => !present.has(names[kind])) : [];
  } catch {
    return [];
  }
}

function byKind(stream) {
  return Object.fromEntries(stream.getTracks().map((track) => [track.kind, track]));
}

function allFailed(kinds, error) {
  return { tracks: {}, problems: Object.fromEntries(kinds.map((kind) => [kind, error])) };
}

function insecure() {
  return new DOMException("navigator.mediaDevices is missing", window.isSecureContext ? "NotSupportedError" : "InsecureContext");
}
