// Which way each kind of media goes, from what the processor takes and gives.
export const KINDS = ["audio", "video"];

export function direction(manifest, kind) {
  const takes = manifest.takes.includes(kind);
  const gives = manifest.gives.includes(kind);
  if (takes && gives) return "sendrecv";
  if (takes) return "sendonly";
  return gives ? "recvonly" : null;
}

export function sameDirections(one, other) {
  return KINDS.every((kind) => direction(one, kind) === direction(other, kind));
}
