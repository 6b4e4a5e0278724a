// What to ask getUserMedia for: the processor's wishes, the chosen size, the chosen devices.
const SIZES = {
  low: { width: { ideal: 320 }, height: { ideal: 240 } },
  standard: { width: { ideal: 640 }, height: { ideal: 480 } },
  high: { width: { ideal: 1280 }, height: { ideal: 720 } },
};

const DEFAULTS = {
  video: { frameRate: { ideal: 30 } },
  audio: { echoCancellation: { ideal: true }, noiseSuppression: { ideal: true }, autoGainControl: { ideal: true } },
};

/** `device` is the visitor's explicit choice, the only thing that may be exact; `facing` is for phones. */
export function wish(kind, { constraints = {}, quality = "standard", device = null, facing = "user" } = {}) {
  const size = kind === "video" ? { ...SIZES[quality], facingMode: { ideal: facing } } : {};
  const wanted = { ...DEFAULTS[kind], ...size, ...softened(constraints[kind]) };
  if (kind === "video" && quality !== "standard") Object.assign(wanted, SIZES[quality]);
  if (device) {
    wanted.deviceId = { exact: device };
    delete wanted.facingMode;
  }
  return wanted;
}

/** An admin's constraint is a wish: a camera that cannot fulfil it still works. */
function softened(constraints = {}) {
  const soften = (value) => {
    if (value === null || typeof value !== "object") return { ideal: value };
    const { exact, ...rest } = value;
    return exact === undefined ? rest : { ...rest, ideal: exact };
  };
  return Object.fromEntries(Object.entries(constraints).map(([name, value]) => [name, soften(value)]));
}
