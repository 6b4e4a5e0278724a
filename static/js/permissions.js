// What the browser already knows about camera and microphone; never asks by itself.
const NAMES = { video: "camera", audio: "microphone" };

async function query(kind) {
  try {
    return await navigator.permissions.query({ name: NAMES[kind] });
  } catch {
    return null; // this browser does not tell
  }
}

export async function allGranted(kinds) {
  const answers = await Promise.all(kinds.map(query));
  return answers.every((answer) => answer?.state === "granted");
}

/** Call back once, when the visitor has allowed one of these kinds in the browser's own settings. */
export function whenAllowed(kinds, callback) {
  const stop = new AbortController();
  const allowed = () => {
    stop.abort();
    callback();
  };
  for (const kind of kinds) watch(kind, allowed, stop.signal);
  return () => stop.abort();
}

async function watch(kind, allowed, signal) {
  const status = await query(kind);
  status?.addEventListener("change", () => status.state !== "denied" && allowed(), { signal });
}
