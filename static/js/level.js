// How loud a track is, ten times a second, and whether it has been silent for too long. Touches no page.
import { emit } from "./events.js";

const EVERY_MS = 100;
const SILENT_AFTER_MS = 5000;
const SILENCE = 0.002; // of full scale; a live microphone in a quiet room is above

export class Level extends EventTarget {
  #context = null;
  // Our own ear: a muted track is silent, yet "you are muted" needs to hear that somebody speaks.
  #ear = null;
  #timer = null;
  #heard = 0;
  #told = false;

  follow(track) {
    this.stop();
    if (!track || typeof AudioContext === "undefined") return;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#ear = track.clone();
    this.#ear.enabled = true;
    this.#context.createMediaStreamSource(new MediaStream([this.#ear])).connect(analyser);
    this.#heard = performance.now();
    this.#told = false;
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => this.#measure(analyser, samples, track), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#ear?.stop();
    this.#ear = null;
    this.#context?.close();
    this.#context = null;
    emit(this, "level", { level: 0 });
  }

  #measure(analyser, samples, track) {
    analyser.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    emit(this, "level", { level: Math.min(1, Math.sqrt(loudness) * 1.4) });
    this.#watchSilence(loudness, track.enabled && this.#context?.state === "running");
  }

  #watchSilence(loudness, listening) {
    const now = performance.now();
    if (loudness > SILENCE || !listening) {
      this.#heard = now;
      // Of a microphone that is off there is nothing to say; on again, it may be silent again.
      if (this.#told) emit(this, "sound");
      this.#told = false;
      return;
    }
    if (now - this.#heard < SILENT_AFTER_MS || this.#told) return;
    this.#told = true;
    emit(this, "silent");
  }
}
