// Where there is sound but no picture: the wave that went in above, the wave that came out below.
import { gettext } from "./i18n.js";

export class SoundView {
  #canvas;
  #context = null;
  #analysers = {};
  #frame = null;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  start({ input, output }) {
    this.stop();
    this.#context = new AudioContext();
    this.#analysers = { input: this.#analyser(input), output: this.#analyser(output) };
    this.#canvas.hidden = false;
    const draw = () => {
      this.#draw();
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context?.close();
    this.#context = null;
    this.#canvas.hidden = true;
  }

  #analyser(track) {
    if (!track) return null;
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 2048;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    return analyser;
  }

  #draw() {
    const canvas = this.#canvas;
    [canvas.width, canvas.height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
    const style = getComputedStyle(canvas);
    const half = canvas.height / 2;
    this.#wave(this.#analysers.input, 0.5 * half, style.getPropertyValue("--on-stage-2"), gettext("In"), style);
    this.#wave(this.#analysers.output, 1.5 * half, style.getPropertyValue("--live-on-stage"), gettext("Out"), style);
  }

  #wave(analyser, middle, colour, label, style) {
    const context = this.#canvas.getContext("2d");
    const samples = new Float32Array(analyser?.fftSize ?? 2);
    analyser?.getFloatTimeDomainData(samples);
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 2 * devicePixelRatio;
    context.font = `${15 * devicePixelRatio}px ${style.getPropertyValue("--font")}`;
    context.fillText(label, 24 * devicePixelRatio, middle - this.#canvas.height / 5);
    context.beginPath();
    samples.forEach((value, index) => {
      context.lineTo((index / (samples.length - 1)) * this.#canvas.width, middle - value * this.#canvas.height * 0.22);
    });
    context.stroke();
  }
}
