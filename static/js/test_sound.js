// Two soft notes on the chosen speaker.
const NOTES_HERTZ = [523, 659];
const NOTE_SECONDS = 0.35;

export async function playTestSound(speaker) {
  const context = new AudioContext();
  if (speaker) await context.setSinkId?.(speaker).catch(() => {});
  NOTES_HERTZ.forEach((frequency, index) => note(context, frequency, context.currentTime + index * NOTE_SECONDS));
  setTimeout(() => context.close(), 1000 * NOTE_SECONDS * (NOTES_HERTZ.length + 1));
}

function note(context, frequency, from) {
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(0.2, from + 0.03);
  gain.gain.linearRampToValueAtTime(0, from + NOTE_SECONDS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + NOTE_SECONDS);
}
