// A camera for those without one: our own scene moving slowly, numbered, with a quiet tone. All made in the browser.
const FRAMES_PER_SECOND = 30;
// A photograph does not move: enough for a parameter to be seen at once, little for network and server.
const PHOTOS_PER_SECOND = 10;
const SIZE = { low: [320, 240], standard: [640, 480], high: [1280, 720] };
const TONE_HERTZ = 440;
const TONE_VOLUME = 0.1;
const SWAY_SECONDS = 16;

/** Returns { tracks, stop }; `file` is a picture or clip of the visitor's own, which is shown instead of the scene. */
export async function openSample(kinds, { quality = "standard", picture, file = null }) {
  const made = [];
  if (kinds.includes("video")) made.push(await sampleVideo(quality, file ?? picture));
  if (kinds.includes("audio")) made.push(sampleTone());
  return {
    tracks: Object.fromEntries(made.map(({ track }) => [track.kind, track])),
    stop: () => made.forEach(({ stop }) => stop()),
  };
}

export const isPhoto = (file) => file instanceof Blob && !file.type.startsWith("video/");

/** Whether this browser can show the file at all, asked before a session is begun for it. */
export async function canShow(file) {
  try {
    const shown = await load(file);
    shown.pause?.();
    URL.revokeObjectURL(shown.src);
    return true;
  } catch {
    return false;
  }
}

async function sampleVideo(quality, source) {
  const shown = await load(source);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = source instanceof Blob ? fitting(shown, quality) : SIZE[quality];
  const context = canvas.getContext("2d", { alpha: false });
  context.imageSmoothingQuality = "high";
  const rate = isPhoto(source) ? PHOTOS_PER_SECOND : FRAMES_PER_SECOND;
  let count = 0;
  const draw = () => {
    drawScene(context, shown, count / FRAMES_PER_SECOND, source instanceof Blob);
    if (!(source instanceof Blob)) drawNumber(context, count);
    count += 1;
  };
  draw();
  const timer = setInterval(draw, 1000 / rate);
  const [track] = canvas.captureStream(rate).getVideoTracks();
  const stop = () => {
    clearInterval(timer);
    shown.pause?.();
    if (source instanceof Blob) URL.revokeObjectURL(shown.src);
  };
  return { track, stop };
}

async function load(source) {
  const address = source instanceof Blob ? URL.createObjectURL(source) : source;
  try {
    return await (source.type?.startsWith("video/") ? loadClip(address) : loadPicture(address));
  } catch (error) {
    // A file that does not open is not kept for as long as the page.
    if (source instanceof Blob) URL.revokeObjectURL(address);
    throw error;
  }
}

async function loadPicture(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

async function loadClip(address) {
  const clip = document.createElement("video");
  Object.assign(clip, { src: address, muted: true, loop: true, playsInline: true });
  await clip.play();
  return clip;
}

const sizeOf = (shown) => [shown.videoWidth ?? shown.naturalWidth, shown.videoHeight ?? shown.naturalHeight];

/** A file keeps its own shape, within the chosen size, with even sides as codecs like them. */
function fitting(shown, quality) {
  const [width, height] = sizeOf(shown);
  const scale = Math.min(1, Math.max(...SIZE[quality]) / Math.max(width, height));
  return [width, height].map((side) => Math.max(2, 2 * Math.round((side * scale) / 2)));
}

/** The scene sways and breathes, so that every processor has something to do; a file stays as it is. */
function drawScene(context, shown, seconds, still) {
  const { width, height } = context.canvas;
  const [sourceWidth, sourceHeight] = sizeOf(shown);
  const phase = (2 * Math.PI * seconds) / SWAY_SECONDS;
  const zoom = still ? 1 : 1.12 + 0.08 * Math.sin(phase);
  const scale = zoom * Math.max(width / sourceWidth, height / sourceHeight);
  const [drawnWidth, drawnHeight] = [sourceWidth * scale, sourceHeight * scale];
  const sway = still ? 0.5 : 0.5 + 0.5 * Math.sin(phase / 2 + 0.7);
  context.drawImage(shown, (width - drawnWidth) * sway, (height - drawnHeight) / 2, drawnWidth, drawnHeight);
}

function drawNumber(context, count) {
  const unit = context.canvas.height / 24;
  context.font = `600 ${unit * 1.2}px ui-monospace, monospace`;
  context.fillStyle = "#0e0e0d";
  context.fillRect(unit, unit, unit * 4.4, unit * 1.8);
  context.fillStyle = "#f1f0ec";
  context.textBaseline = "middle";
  context.fillText(String(count % 100000).padStart(5, "0"), unit * 1.4, unit * 1.95);
}

function sampleTone() {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: TONE_HERTZ });
  const gain = new GainNode(context, { gain: TONE_VOLUME });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  context.resume();
  const [track] = destination.stream.getAudioTracks();
  return { track, stop: () => context.close() };
}
